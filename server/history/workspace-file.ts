import { errors } from '@arcx/router'
import type { ContainerRef, ExecRequest, Execution } from '../runtime/port.ts'

/** A file of the workspace's project, by its path in that, or any file by its whole path. */
const project = '/home/arc/project'
/** More than any text that is kept. */
const maxBytes = 8 * 1024 * 1024
const timeoutMs = 20_000
const [isMissing, isInTheWay] = [44, 45]

const reader = `
[ -e "$1" ] || exit ${isMissing}
[ -f "$1" ] || exit ${isInTheWay}
head -c ${maxBytes} -- "$1"`

/** Beside the file first, so that it is never half written: `sh -c … PATH BYTES` */
const writer = `
set -e
file=$(readlink -f -- "$1" 2>/dev/null || printf %s "$1")
folder=$(dirname -- "$file")
mkdir -p -- "$folder"
part=$(mktemp -- "$folder/.restoring.XXXXXX")
trap 'rm -f -- "$part"' EXIT
cat > "$part"
[ "$(wc -c < "$part")" = "$2" ] || { echo "not all of it arrived" >&2; exit 1; }
if [ -e "$file" ]; then chmod --reference="$file" -- "$part"; else chmod 644 -- "$part"; fi
mv -f -- "$part" "$file"`

type Run = (container: ContainerRef, request: ExecRequest) => Promise<Execution>

/** What a file in a running workspace holds; its programs may write it at the same time. */
export class WorkspaceFile {
  readonly #run: Run
  readonly #container: ContainerRef
  readonly #path: string

  constructor(run: Run, container: ContainerRef, path: string) {
    this.#run = run
    this.#container = container
    this.#path = path
  }

  /** Null where there is none. @throws `file_in_the_way` where it is no text, `workspace_not_running`. */
  async read(): Promise<string | null> {
    const { exitCode, stdout } = await this.#program(reader, [], null)
    if (exitCode === isMissing) return null
    if (exitCode !== 0 || stdout.length >= maxBytes || stdout.includes(0)) throw errors.fileInTheWay(this.#path)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(stdout)
    } catch {
      throw errors.fileInTheWay(this.#path)
    }
  }

  /** All of it or nothing. @throws `restore_failed`, `workspace_not_running`. */
  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    const { exitCode, stderr } = await this.#program(writer, [String(bytes.length)], bytes)
    if (exitCode !== 0)
      throw errors.restoreFailed(this.#path, stderr.toString().trim().slice(0, 300) || `exit code ${exitCode}`)
  }

  async #program(
    script: string,
    more: readonly string[],
    input: Buffer | null,
  ): Promise<{ readonly exitCode: number; readonly stdout: Buffer; readonly stderr: Buffer }> {
    const path = this.#path.startsWith('/') ? this.#path : `${project}/${this.#path}`
    const execution = await this.#run(this.#container, {
      command: ['/bin/sh', '-c', script, 'sh', path, ...more],
      tty: null,
      directory: '/',
    })
    // What hangs is ended, so that nobody waits for a workspace that means ill.
    const timer = setTimeout(
      () =>
        void execution
          .signal('KILL')
          .catch(() => undefined)
          .finally(() => execution.destroy()),
      timeoutMs,
    )
    try {
      execution.input.end(input ?? undefined)
      const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
      for await (const { stream, bytes } of execution.output) chunks[stream].push(bytes)
      return {
        exitCode: await execution.exitCode(),
        stdout: Buffer.concat(chunks.stdout),
        stderr: Buffer.concat(chunks.stderr),
      }
    } finally {
      clearTimeout(timer)
      execution.destroy()
    }
  }
}
