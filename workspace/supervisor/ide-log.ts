/** What code-server says of every start, or of parts that are left out on purpose, and nobody needs to act upon. */
const noise = [
  // The gateway in front of it asks who somebody is.
  /authentication is disabled/i,
  /not serving https/i,
  // A part of VS Code that only Microsoft's own build has.
  /file not found: .*vsda/i,
  /a socket was left hanging/i,
]

/** A line of the IDE's as it stands in the workspace's log, without its own time; null where it is not worth one. */
export function ideLine(line: string): string | null {
  const text = line.replace(/^\[[^\]]*\] /, '')
  return text.trim() === '' || noise.some((each) => each.test(text)) ? null : `ide: ${text}\n`
}
