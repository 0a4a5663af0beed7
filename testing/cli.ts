import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { compiled } from './service.ts'

const program = fileURLToPath(new URL('../cli/main.ts', import.meta.url))

/** Files keep root out, too, as they keep out whoever else runs it. */
const asAnybody = process.getuid?.() === 0 ? ['--bounding-set', '-dac_override,-dac_read_search'] : []

export interface CliResult {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** One person's `arcx`: its configuration lies in a folder of its own. */
export class Cli {
  readonly environment: NodeJS.ProcessEnv

  constructor(home: string, environment: NodeJS.ProcessEnv = {}) {
    this.environment = { ...compiled(), PATH: process.env['PATH'], HOME: home, TERM: 'xterm', ...environment }
  }

  start(args: readonly string[], cwd?: string): ChildProcessWithoutNullStreams {
    // It ends with the test's process, whatever becomes of that.
    return spawn('setpriv', [...asAnybody, '--pdeathsig', 'KILL', process.execPath, program, ...args], {
      env: this.environment,
      cwd,
      stdio: 'pipe',
    })
  }

  /** On a terminal of its own (script(1)), as a person has it. */
  startOnTerminal(args: readonly string[]): ChildProcessWithoutNullStreams {
    const quoted = [process.execPath, program, ...args]
      .map((each) => `'${each.replaceAll("'", String.raw`'\''`)}'`)
      .join(' ')
    return spawn('setpriv', ['--pdeathsig', 'KILL', 'script', '-qefc', quoted, '/dev/null'], {
      env: { ...this.environment, SHELL: '/bin/sh' },
      stdio: 'pipe',
    })
  }

  async run(args: readonly string[], input: Buffer | string = '', cwd?: string): Promise<CliResult> {
    const child = this.start(args, cwd)
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }
  }
}
