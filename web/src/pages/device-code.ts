/** A device code as programs show it, `ABCD-EFGH`, however somebody has typed it. */
export function shownCode(typed: string): string {
  const letters = typed.toUpperCase().replace(/[^A-Z0-9]/g, '')
  return letters.length === 8 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : typed.trim()
}
