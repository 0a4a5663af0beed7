import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Container, Exec } from 'dockerode'
import { errors } from '@arcx/router'
import { ask, orNothing, statusOf } from './engine.ts'
import type { ExecRequest, Execution, OutputChunk, SignalName } from './port.ts'

const user = '1000:1000'
const mark = 'ARCX_EXEC'

/** Goes to the folder, gives the terminal its size, and gives way to the program: `sh -c … FOLDER COLUMNS ROWS PROGRAM…` */
const launcher = `
if [ -r /run/arcx-environment ]; then . /run/arcx-environment; fi
if [ -n "$1" ]; then cd -- "$1" || exit 126; else cd "$HOME/project" 2>/dev/null || cd "$HOME" || exit 126; fi
if [ -n "$2" ]; then stty cols "$2" rows "$3" 2>/dev/null; fi
shift 3
exec "$@"`

/**
 * Signals each process that has the mark in its environment: the program and what it has started, wherever it went.
 * The eldest first and all at once, so that none sees another's end and exits by itself before its turn.
 */
const signaller = `
marked=
for each in $(ls /proc | grep '^[0-9]' | sort -n); do
  if grep -qzxF -- "$1" "/proc/$each/environ" 2>/dev/null; then marked="$marked $each"; fi
done
[ -z "$marked" ] || kill "-$2" $marked 2>/dev/null
true`

/** Runs a program in a container as the workspace's person. @throws `workspace_not_running`. */
export async function startExecution(container: Container, { command, tty, directory }: ExecRequest): Promise<Execution> {
  const id = `${mark}=${randomUUID()}`
  const program = command.length === 0 ? ['/bin/bash', '-l'] : command
  const size = tty === null ? ['', ''] : [String(tty.columns), String(tty.rows)]
  const exec = await prepare(container, {
    Cmd: ['/bin/sh', '-c', launcher, 'sh', directory ?? '', ...size, ...program],
    Env: [id, ...(tty === null ? [] : [`TERM=${tty.type}`, 'COLORTERM=truecolor'])],
    Tty: tty !== null,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    User: user,
  })
  const stream = (await ask(exec.start({ hijack: true, stdin: true, Tty: tty !== null }))) as Duplex
  // Whoever reads it learns of an error by its end.
  stream.on('error', () => undefined)
  return {
    input: stream,
    output: tty === null ? framed(stream) : plain(stream),
    async exitCode() {
      // The engine notices the end a moment after the stream does.
      for (;;) {
        const state = await orNothing(exec.inspect())
        if (state === null) return 137
        if (!state.Running && state.ExitCode !== null) return state.ExitCode
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    async resize(columns, rows) {
      await exec.resize({ w: columns, h: rows }).catch(() => undefined)
    },
    async signal(name: SignalName) {
      const killer = await prepare(container, { Cmd: ['/bin/sh', '-c', signaller, 'sh', id, name], User: user })
      await ask(killer.start({ Detach: true }))
    },
    destroy() {
      stream.destroy()
    },
  }
}

async function prepare(container: Container, options: Parameters<Container['exec']>[0]): Promise<Exec> {
  try {
    return await ask(container.exec(options))
  } catch (error) {
    if ([404, 409].includes(statusOf(error) ?? 0)) throw errors.workspaceNotRunning()
    throw error
  }
}

async function* plain(stream: Duplex): AsyncIterable<OutputChunk> {
  try {
    for await (const bytes of stream as AsyncIterable<Buffer>) yield { stream: 'stdout', bytes }
  } catch {
    // The container has ended under it; the exit code tells.
  }
}

/** Docker's framing without a terminal: a header of 8 bytes (stream, three zeros, length as big-endian uint32), then the bytes. */
async function* framed(stream: Duplex): AsyncIterable<OutputChunk> {
  let header = Buffer.alloc(0)
  let remaining = 0
  try {
    for await (let bytes of stream as AsyncIterable<Buffer>) {
      while (bytes.length > 0) {
        if (remaining === 0) {
          const taken = Math.min(8 - header.length, bytes.length)
          header = Buffer.concat([header, bytes.subarray(0, taken)])
          bytes = bytes.subarray(taken)
          if (header.length < 8) break
          remaining = header.readUInt32BE(4)
        }
        const part = bytes.subarray(0, remaining)
        bytes = bytes.subarray(part.length)
        remaining -= part.length
        if (part.length > 0) yield { stream: header[0] === 2 ? 'stderr' : 'stdout', bytes: part }
        if (remaining === 0) header = Buffer.alloc(0)
      }
    }
  } catch {
    // The container has ended under it; the exit code tells.
  }
}
