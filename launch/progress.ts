/** What can be mended by the person at the terminal. Its message is one line that says how. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError'
}

/** Tells the person at the terminal what is being done. */
export interface Progress {
  say(line: string): void
  /** The state of something long; on a terminal it overwrites the one before. */
  update(line: string): void
}

/** For what nobody watches. */
export const silentProgress: Progress = { say: () => undefined, update: () => undefined }

export function terminalProgress(out: NodeJS.WriteStream): Progress {
  let open = false
  const close = () => {
    if (open) out.write('\n')
    open = false
  }
  let last = ''
  return {
    say(line) {
      close()
      out.write(`arcx: ${line}\n`)
    },
    update(line) {
      if (line === last) return
      last = line
      if (!out.isTTY) return void out.write(`arcx: ${line}\n`)
      out.write(`\r\u001b[Karcx: ${line.slice(0, (out.columns || 80) - 8)}`)
      open = true
    },
  }
}
