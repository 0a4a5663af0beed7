import { resolve } from 'node:path'
import { watch } from 'node:fs'
import { ConfigError } from '@arcx/service-kit/config'
import { administer } from './admin.ts'
import { refuseArguments } from './arguments.ts'
import { runningInstance } from './instance.ts'
import { LaunchError, terminalProgress } from './progress.ts'
import { help, readSettings } from './settings.ts'
import { onceAskedToStop } from './signals.ts'
import { watchWeb } from './web-build.ts'
import { readSecret, repository, signInLink, startStack } from './stack.ts'

const [command = 'run', ...rest] = process.argv.slice(2)
const progress = terminalProgress(process.stderr)
// A terminal that is closed, or a log that nobody reads any more, is no reason to end without stopping what runs.
for (const out of [process.stdout, process.stderr]) out.on('error', () => undefined)

// That of arcx-admin is the CLI's own.
if (command !== 'admin' && (rest.includes('--help') || rest.includes('-h'))) {
  process.stdout.write(help)
  process.exit(0)
}

try {
  refuseArguments(command, rest)
  switch (command) {
    case 'run':
      await run(false)
      break
    case 'dev':
      await run(true)
      break
    case 'sign-in':
      await printSignInLink()
      break
    case 'admin':
      process.exit(await administer(rest, dataDirectory))
    case 'test':
      // Where the set-up fails, what else it had begun would hold the process.
      process.exit(await (await import('@arcx/testing/suite')).runTests(rest, progress))
    case 'fuzz':
      process.exit(await (await import('@arcx/testing/suite')).runFuzzers(rest, progress))
    case 'desktop':
      process.exitCode = await (await import('./desktop.ts')).runDesktop(rest, progress)
      break
    case 'package':
      process.exitCode = await (await import('./desktop.ts')).packDesktop(rest, progress)
      break
    case 'lint':
      process.exitCode = (await (await import('./lint.ts')).lint(progress)).every((good) => good) ? 0 : 1
      break
    case 'bench':
      process.exitCode = await (await import('@arcx/bench/run')).runBenches(rest, progress)
      break
    default:
      throw new LaunchError(`There is no command ${command}; see npm start -- --help.`)
  }
} catch (error) {
  if (!(error instanceof LaunchError || error instanceof ConfigError)) console.error(error)
  else progress.say(error.message)
  process.exit(1)
}

async function run(reload: boolean): Promise<void> {
  const stopping = Promise.withResolvers<void>()
  onceAskedToStop(stopping.resolve)
  const stack = await startStack(readSettings(process.env), progress, stopping.promise)
  const webBuild = reload ? watchWeb(repository) : null
  if (reload) reloadOnChange(stack.restartServices)
  // What answers may be on its way back already.
  const link = await Promise.race([untilItSucceeds(stack.signInLink), stopping.promise])
  if (link !== undefined) process.stdout.write(`Sign in: ${link}\n`)
  progress.say('Ctrl-C stops it.')
  await stopping.promise
  progress.say('Stopping…')
  await webBuild?.stop('SIGTERM', 1000)
  await stack.stop()
  process.exit(0)
}

async function untilItSucceeds<T>(work: () => Promise<T>): Promise<T> {
  let said = ''
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const line = error instanceof Error ? error.message : String(error)
      if (line !== said) progress.say(`There is no sign-in link yet; it is tried again. ${line}`)
      said = line
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

function reloadOnChange(restart: () => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined
  let working = Promise.resolve()
  const changed = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      working = working.then(async () => {
        progress.say('Sources changed; restarting the services.')
        await restart().catch((error: unknown) => progress.say(error instanceof Error ? error.message : String(error)))
      })
    }, 200)
  }
  for (const directory of ['server', 'proxy', 'collab', 'router', 'detector', 'service-kit', 'presence', 'prisma']) {
    watch(`${repository}/${directory}`, { recursive: true }, (_event, file) => {
      if (file !== null && file.endsWith('.ts') && !file.endsWith('.test.ts')) changed()
    })
  }
}

function dataDirectory(): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), readSettings(process.env).ARC_DATA_DIR)
}

async function printSignInLink(): Promise<void> {
  const directory = dataDirectory()
  const instance = await runningInstance(directory)
  if (instance === null) throw new LaunchError('arcx does not run on this data directory. Start it with: npm start')
  const token = process.env['ARC_INTERNAL_TOKEN'] ?? (await readSecret(directory, 'ARC_INTERNAL_TOKEN')) ?? ''
  process.stdout.write(`Sign in: ${await signInLink(instance.listen, instance.port, token)}\n`)
}
