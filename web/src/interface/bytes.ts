const gibibyte = 2 ** 30

export function spokenBytes(bytes: number): string {
  if (bytes >= gibibyte) return `${(bytes / gibibyte).toFixed(bytes >= 10 * gibibyte ? 0 : 1)} GB`
  return `${Math.round(bytes / 2 ** 20)} MB`
}
