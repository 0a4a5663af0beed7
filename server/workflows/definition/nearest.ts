/** The one that was meant, where one is near. */
export function nearest(wanted: string, known: readonly string[]): string | null {
  const [best] = known
    .map((name) => ({ name, distance: distance(wanted.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : null
}

/** How many letters have to be put in, taken out, changed or swapped with the next. */
function distance(from: string, to: string): number {
  const [a, b] = [from.slice(0, 80), to.slice(0, 80)]
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j += 1) {
      const changed = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : changed
      row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, changed, swapped)
    }
  }
  return at(a.length, b.length)
}

/** ` Did you mean “x”?`, or what there is. */
export function suggestion(wanted: string, known: readonly string[]): string {
  const near = nearest(wanted, known)
  if (near !== null) return `Did you mean “${near}”?`
  return known.length === 0 ? '' : `There is: ${known.slice(0, 20).join(', ')}.`
}
