import type { Command } from '@commander-js/extra-typings'
import { Failure, exitCodes, failureOf } from '../failure.ts'
import type { Sessions } from '../session.ts'
import type { Session } from '../session.ts'
import { ExecStream } from '../server/exec-stream.ts'
import { ensureRunning, findWorkspace } from '../workspace.ts'

interface Wanted {
  readonly workspace: string
  readonly command: readonly string[]
  readonly directory: string | null
  /** Null: as standard input and output are. */
  readonly terminal: boolean | null
  readonly start: boolean
}

export function addExecCommands(program: Command, sessions: Sessions): void {
  program
    .command('exec')
    .summary('Run a program in a workspace.')
    .description(
      'Run a program in a workspace, with this terminal, or with pipes where there is none. It is over when the program has ended, whatever it leaves running. 256 programs may run in a workspace at a time; more wait their turn.',
    )
    .argument('<workspace>')
    .argument('<command...>', 'the program and its arguments')
    .option('-t, --tty', 'a terminal, although input or output is none; the end of such input is Ctrl-D')
    .option('-T, --no-tty', 'pipes, although this is a terminal')
    .option('-w, --cwd <directory>', 'where it runs; without it, in the project’s folder')
    .option('--no-start', 'fail where the workspace rests')
    .passThroughOptions()
    .action(async (workspace, words, options, command) => {
      const asked =
        command.getOptionValueSource('tty') === undefined || command.getOptionValueSource('tty') === 'default'
          ? null
          : (options.tty ?? null)
      process.exitCode = await run(sessions.of(command), {
        workspace,
        command: words[0] === '--' ? words.slice(1) : words,
        directory: options.cwd ?? null,
        terminal: asked,
        start: options.start,
      })
    })

  program
    .command('shell')
    .alias('ssh')
    .description('A login shell in a workspace.')
    .argument('<workspace>')
    .option('-w, --cwd <directory>', 'where it begins; without it, in the project’s folder')
    .option('--no-start', 'fail where the workspace rests')
    .action(async (workspace, options, command) => {
      process.exitCode = await run(sessions.of(command), {
        workspace,
        command: [],
        directory: options.cwd ?? null,
        terminal: null,
        start: options.start,
      })
    })
}

async function run(session: Session, { workspace, command, directory, terminal, start }: Wanted): Promise<number> {
  try {
    const server = await session.server()
    const running = start
      ? await ensureRunning(server, session.output, workspace)
      : await findWorkspace(server, workspace)
    const hasTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true
    const wantsTerminal = terminal ?? hasTerminal
    const size = () => ({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 })
    const stream = new ExecStream(
      server,
      {
        workspace: running.name,
        command: [...command],
        directory,
        tty: wantsTerminal ? { ...size(), type: process.env['TERM'] ?? 'xterm-256color' } : null,
      },
      { input: process.stdin, output: process.stdout, errors: process.stderr },
    )
    const raw = wantsTerminal && process.stdin.isTTY === true
    const restore = raw ? takeTerminal() : () => undefined
    const onResize = () => stream.control({ type: 'resize', ...size() })
    const signals = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
      // In raw mode Ctrl-C is a byte like any other; these come from elsewhere.
      const pass = () =>
        stream.control({ type: 'signal', name: name === 'SIGINT' ? 'INT' : name === 'SIGTERM' ? 'TERM' : 'HUP' })
      process.on(name, pass)
      return () => process.off(name, pass)
    })
    if (wantsTerminal) process.stdout.on('resize', onResize)
    try {
      return await stream.exitCode()
    } finally {
      restore()
      process.stdout.off('resize', onResize)
      for (const off of signals) off()
      process.stdin.destroy()
    }
  } catch (error) {
    const failure = failureOf(error)
    throw new Failure(failure.message, failure.code, exitCodes.notRun)
  }
}

/** Keys go to the program as they are; returns how to give the terminal back, also at a crash. */
function takeTerminal(): () => void {
  process.stdin.setRawMode(true)
  const restore = () => {
    if (!process.stdin.destroyed) process.stdin.setRawMode(false)
  }
  process.once('exit', restore)
  return () => {
    process.off('exit', restore)
    restore()
  }
}
