import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { must } from './command.ts'
import { buildDesktop } from './desktop-build.ts'
import { LaunchError } from './progress.ts'
import type { Progress } from './progress.ts'
import { repository } from './stack.ts'
import { ensureWeb } from './web-build.ts'

const desktop = join(repository, 'desktop')
const packaging = join(desktop, 'packaging')

/** `npm run desktop [-- ELECTRON’S OPTIONS]`: the desktop app from its sources. Returns its exit code. */
export async function runDesktop(args: readonly string[], progress: Progress): Promise<number> {
  await ensureWeb(repository, progress)
  await buildDesktop(repository, progress)
  const electron = await ensureElectron(progress)
  // Chromium's own sandbox refuses to run as root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const child = spawn(electron, [...sandbox, desktop, ...args], { stdio: 'inherit' })
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', (code) => resolve(code ?? 1)))
}

/** `npm run package [-- ELECTRON-BUILDER’S OPTIONS]`: packages for this system, into `release/`. Returns an exit code. */
export async function packDesktop(args: readonly string[], progress: Progress): Promise<number> {
  await ensureWeb(repository, progress)
  await buildDesktop(repository, progress)
  await ensureBuilder(progress)
  const updates = process.env['ARCX_UPDATE_URL']
  const publish = updates === undefined ? [] : ['-c.publish.provider=generic', `-c.publish.url=${updates}`]
  // It signs where there is something to sign with, and notarizes where it can sign.
  const notarize =
    process.env['APPLE_ID'] === undefined && process.env['APPLE_API_KEY'] === undefined ? ['-c.mac.notarize=false'] : []
  const child = spawn(
    process.execPath,
    [
      join(packaging, 'node_modules/electron-builder/cli.js'),
      '--projectDir',
      repository,
      '--config',
      'electron-builder.yml',
      '--publish',
      'never',
      ...publish,
      ...notarize,
      ...args,
    ],
    { stdio: 'inherit', cwd: repository },
  )
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', (code) => resolve(code ?? 1)))
}

/** Electron’s program, which npm does not carry: fetched once, checked against what the package says. @throws {LaunchError} where it cannot be had. */
async function ensureElectron(progress: Progress): Promise<string> {
  const directory = join(repository, 'node_modules/electron')
  const where = join(directory, 'path.txt')
  const program = async () => {
    const name = await readFile(where, 'utf8').catch(() => null)
    const path = name === null ? null : join(directory, 'dist', name)
    return path !== null && existsSync(path) ? path : null
  }
  const found = await program()
  if (found !== null) return found
  progress.update('Fetching Electron (once)')
  await must(
    'Electron could not be fetched; it comes from GitHub’s releases, or from ELECTRON_MIRROR',
    process.execPath,
    [join(directory, 'install.js')],
    { cwd: directory },
  )
  const fetched = await program()
  if (fetched === null)
    throw new LaunchError('Electron was fetched and is not there. Remove node_modules/electron and run this again.')
  return fetched
}

async function ensureBuilder(progress: Progress): Promise<void> {
  const wanted = createHash('sha256')
    .update(await readFile(join(packaging, 'package-lock.json')))
    .digest('hex')
  const stamp = join(packaging, 'node_modules/.arcx-installed')
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return
  progress.update('Installing what packs the app (once)')
  const npm = process.env['npm_execpath']
  const [program, before] = npm === undefined ? ['npm', []] : [process.execPath, [npm]]
  await must(
    'What packs the app could not be installed',
    program,
    [...before, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: packaging },
  )
  await mkdir(join(packaging, 'node_modules'), { recursive: true })
  await writeFile(stamp, wanted)
}
