import type { Finding } from './detector.ts'

/**
 * A text with what was found redacted: letters become x and digits 1, so that its length, JSON and everything around
 * stay as they are. Escapes stay whole, or it were no JSON any more.
 */
export function redacted(text: string, findings: readonly Finding[]): string {
  let out = ''
  let done = 0
  for (const { start, end } of findings) {
    if (end <= done) continue
    const from = Math.max(start, done)
    out +=
      text.slice(done, from) +
      text
        .slice(from, end)
        .replace(/\\u[0-9a-fA-F]{4}|\\.|[A-Za-z]|[0-9]/g, (each) =>
          each.length > 1 ? each : /[0-9]/.test(each) ? '1' : 'x',
        )
    done = end
  }
  return out + text.slice(done)
}
