import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Container, Exec } from 'dockerode'
import { EndMark } from './end-mark.ts'
import { orNotRunning, orNothing } from './client.ts'
import type { ExecRequest, Execution, OutputChunk, SignalName } from '../port.ts'

const user = '1000:1000'
const markVariable = 'ARCX_EXEC'
const beginMs = 5000
const endOfFile = '\u0004'

/**
 * Goes to the folder, gives the terminal its size, and gives way to the program: `sh -c … FOLDER COLUMNS ROWS MARK
 * PROGRAM…`. Without a terminal it stays, and says behind the output when the program has ended and how: the engine
 * waits for all that hold the output, or two seconds. Signals are the program's to answer.
 */
const launcher = `
if [ -r /run/arcx-environment ]; then . /run/arcx-environment; fi
if [ -n "$1" ]; then cd -- "$1" || exit 126; else cd "$HOME/project" 2>/dev/null || cd "$HOME" || exit 126; fi
if [ -n "$2" ]; then stty cols "$2" rows "$3" 2>/dev/null; fi
mark=$4
shift 4
[ -n "$mark" ] || exec "$@"
trap : HUP INT TERM QUIT
exec 3>&2 2>/dev/null
(exec "$@" 2>&3 3>&-)
code=$?
printf '\\000%s %s\\n' "$mark" "$code" >&3
printf '\\000%s %s\\n' "$mark" "$code"
exit "$code"`

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
export async function startExecution(
  container: Container,
  { command, tty, directory }: ExecRequest,
): Promise<Execution> {
  const id = `${markVariable}=${randomUUID()}`
  const program = command.length === 0 ? ['/bin/bash', '-l'] : command
  const mark = tty === null ? `arcx-ended-${randomUUID()}` : ''
  const size = tty === null ? ['', ''] : [String(tty.columns), String(tty.rows)]
  const exec = await prepare(container, {
    Cmd: ['/bin/sh', '-c', launcher, 'sh', directory ?? '', ...size, mark, ...program],
    Env: [id, ...(tty === null ? [] : [`TERM=${tty.type}`, 'COLORTERM=truecolor'])],
    Tty: tty !== null,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    User: user,
  })
  const stream = (await orNotRunning(exec.start({ hijack: true, stdin: true, Tty: tty !== null }))) as Duplex
  // Whoever reads it learns of an error by its end.
  stream.on('error', () => undefined)
  const marks: Marks = { stdout: new EndMark(`\0${mark} `), stderr: new EndMark(`\0${mark} `) }
  return {
    input: stream,
    endInput(inLine) {
      if (tty === null) stream.end()
      // As its person would type it: the first gives the line away, as far as it has come (termios(3), VEOF).
      else stream.write(inLine ? endOfFile + endOfFile : endOfFile)
    },
    output: tty === null ? framed(stream, marks) : plain(stream),
    async exitCode() {
      const told = marks.stdout.code ?? marks.stderr.code
      if (told !== null) return told
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
      await begun(exec)
      const killer = await prepare(container, { Cmd: ['/bin/sh', '-c', signaller, 'sh', id, name], User: user })
      await orNotRunning(killer.start({ Detach: true }))
    },
    destroy() {
      stream.destroy()
    },
  }
}

/** The engine answers the start before there is a process, which a signal would then miss. */
async function begun(exec: Exec): Promise<void> {
  for (const end = Date.now() + beginMs; Date.now() < end;) {
    const state = await orNothing(exec.inspect())
    if (state === null || state.Pid !== 0 || state.ExitCode !== null) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const prepare = (container: Container, options: Parameters<Container['exec']>[0]): Promise<Exec> =>
  orNotRunning(container.exec(options))

async function* plain(stream: Duplex): AsyncIterable<OutputChunk> {
  try {
    for await (const bytes of stream as AsyncIterable<Buffer>) yield { stream: 'stdout', bytes }
  } catch {
    // The container has ended under it; the exit code tells.
  }
}

type Marks = Readonly<Record<OutputChunk['stream'], EndMark>>

/**
 * Docker's framing without a terminal: a header of 8 bytes (stream, three zeros, length as big-endian uint32), then the
 * bytes. It ends with the program, once both streams have said so.
 */
async function* framed(stream: Duplex, marks: Marks): AsyncIterable<OutputChunk> {
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
        const from = header[0] === 2 ? 'stderr' : 'stdout'
        const own = marks[from].take(part)
        if (own.length > 0) yield { stream: from, bytes: own }
        if (remaining === 0) header = Buffer.alloc(0)
        if (marks.stdout.code !== null && marks.stderr.code !== null) return
      }
    }
  } catch {
    // The container has ended under it; the exit code tells.
  }
  for (const from of ['stdout', 'stderr'] as const) {
    const rest = marks[from].rest()
    if (rest.length > 0) yield { stream: from, bytes: rest }
  }
}
