import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { access, chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { _electron as electron } from 'playwright-core'
import type { ElectronApplication } from 'playwright-core'
import { isInstalled, must } from '@arcx/launch/command'

const repository = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)
/** `nobody`, for whom Chromium has a sandbox, as it has none for root. */
const ordinaryUser = 65_534
/** From here on Electron has all that the app uses. */
const firstWithAll = 30

export interface ElectronProgram {
  readonly path: string
  /** By the name `ELECTRON`: then it is to be tested, and what stands in the way is a failure. */
  readonly isAsked: boolean
}

/** `ELECTRON`, or what `npm run desktop` has fetched; null where there is neither. @throws where `ELECTRON` names none. */
export function electronProgram(): ElectronProgram | null {
  const asked = process.env['ELECTRON']
  if (asked !== undefined && asked !== '') {
    if (!existsSync(asked)) throw new Error(`ELECTRON names ${asked}, where nothing is.`)
    return { path: asked, isAsked: true }
  }
  const directory = join(repository, 'node_modules/electron')
  const name = existsSync(join(directory, 'path.txt')) ? readFileSync(join(directory, 'path.txt'), 'utf8') : ''
  const path = join(directory, 'dist', name)
  return name !== '' && existsSync(path) ? { path, isAsked: false } : null
}

/** A display: the machine's, or one of its own. @throws where there is none to be had. */
async function display(stops: (() => unknown)[]): Promise<string> {
  const given = process.env['DISPLAY']
  if (given !== undefined && given !== '') return given
  if ((await isInstalled('Xvfb')) === null) throw new Error('There is no display, and no Xvfb to make one.')
  const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  stops.push(() => server.kill())
  const [number] = (await once(server.stdout, 'data')) as [Buffer]
  return `:${number.toString().trim()}`
}

/** The major version; the newest where the program does not say (a package's does not run as Node). */
async function majorOf(program: string): Promise<number> {
  const { stdout } = await run(program, ['-p', 'process.versions.electron'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    timeout: 30_000,
  }).catch(() => ({ stdout: '' }))
  return /^\d+/.test(stdout) ? Number.parseInt(stdout, 10) : Number.POSITIVE_INFINITY
}

/** The app as it is packed, in a folder that an ordinary user may read; for an older Electron over stand-ins for what that lacks. */
async function prepareApp(directory: string, major: number): Promise<string> {
  const app = join(directory, 'app')
  await mkdir(join(app, 'dist'), { recursive: true })
  const main = major < firstWithAll ? 'dist/main.cjs' : 'dist/main.mjs'
  await Promise.all([
    cp(join(repository, 'desktop/icons'), join(app, 'icons'), { recursive: true }),
    cp(join(repository, 'desktop/dist/preload.cjs'), join(app, 'dist/preload.cjs')),
    cp(join(repository, 'web/dist'), join(app, 'web'), { recursive: true }),
    writeFile(
      join(app, 'package.json'),
      JSON.stringify({
        ...(JSON.parse(await readFile(join(repository, 'desktop/package.json'), 'utf8')) as object),
        name: 'arcx',
        main,
      }),
    ),
  ])
  if (major >= firstWithAll) await cp(join(repository, 'desktop/dist/main.mjs'), join(app, main))
  else
    await must(
      'The app could not be built for an older Electron',
      process.execPath,
      [
        join(repository, 'node_modules/vite/bin/vite.js'),
        'build',
        '--config',
        join(repository, 'e2e/older-electron/vite.config.ts'),
        '--logLevel',
        'error',
      ],
      { env: { OUT: join(app, 'dist') } },
    )
  return app
}

export interface StartedElectron {
  readonly app: ElectronApplication
  /** Where it keeps what it keeps; a start with the same is the same person's. */
  readonly directory: string
  start(): Promise<ElectronApplication>
  stop(): Promise<void>
}

/** Starts the app in Electron, as an ordinary user also where root runs the tests, with Chromium's sandbox. */
export async function startElectron({ path }: ElectronProgram): Promise<StartedElectron> {
  const stops: (() => unknown)[] = []
  const directory = await mkdtemp(join(tmpdir(), 'arcx-electron-'))
  stops.push(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }))
  try {
    await chmod(directory, 0o755)
    const [shown, major] = await Promise.all([display(stops), majorOf(path)])
    const app = await prepareApp(directory, major)
    const home = join(directory, 'home')
    await mkdir(join(home, 'data'), { recursive: true })
    let program = path
    if (process.getuid?.() === 0) {
      await run('chown', ['-R', `${ordinaryUser}:${ordinaryUser}`, home])
      program = join(directory, 'as-ordinary-user.sh')
      const drop = `setpriv --reuid=${ordinaryUser} --regid=${ordinaryUser} --clear-groups`
      await writeFile(program, `#!/bin/sh\nexec ${drop} "$ARCX_ELECTRON" "$@"\n`, { mode: 0o755 })
      for (const needed of [path, join(repository, 'node_modules/playwright-core/package.json')]) {
        await run('setpriv', [
          `--reuid=${ordinaryUser}`,
          `--regid=${ordinaryUser}`,
          '--clear-groups',
          'test',
          '-r',
          needed,
        ]).catch((cause: unknown) => {
          throw new Error(
            `Root runs these tests, and Electron is started as an ordinary user, who may not read ${needed}. Make it readable to all (chmod -R a+rX), or run the tests as an ordinary user.`,
            { cause },
          )
        })
      }
    }
    await access(path)
    const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', HOME: home, DISPLAY: shown, ARCX_ELECTRON: path }
    const start = () =>
      electron.launch({
        executablePath: program,
        chromiumSandbox: true,
        args: ['--disable-gpu', `--user-data-dir=${join(home, 'data')}`, app],
        cwd: directory,
        env,
        timeout: 60_000,
      })
    let running = await start()
    return {
      get app() {
        return running
      },
      directory: join(home, 'data'),
      async start() {
        running = await start()
        return running
      },
      async stop() {
        await running.close().catch(() => undefined)
        for (const stop of stops.toReversed()) await stop()
      },
    }
  } catch (error) {
    for (const stop of stops.toReversed()) await stop()
    throw error
  }
}
