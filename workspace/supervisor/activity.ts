import { lstatSync, readdirSync } from 'node:fs'

/** Touched by the extension in the IDE when somebody types or moves in an editor. */
const editorMark = '/tmp/.arcx-activity'

/**
 * When somebody, or a program they run in a terminal, last did something; milliseconds since 1970. An open tab
 * that nobody uses changes none of it.
 *
 * A terminal's device shows reads (keystrokes that a program took) in its access time and writes (output) in its
 * modification time; the kernel keeps both to eight seconds.
 */
export function lastActivity(terminals = '/dev/pts', mark = editorMark): number {
  let latest = 0
  const consider = (path: string) => {
    try {
      const { atimeMs, mtimeMs } = lstatSync(path)
      latest = Math.max(latest, atimeMs, mtimeMs)
    } catch {
      // A terminal that has just closed.
    }
  }
  consider(mark)
  try {
    for (const name of readdirSync(terminals)) if (/^\d+$/.test(name)) consider(`${terminals}/${name}`)
  } catch {
    // No terminal has been opened yet.
  }
  // The workspace sets these times itself: none may lie ahead.
  return Math.min(latest, Date.now())
}
