export interface Row {
  readonly what: string
  readonly ours: number
  readonly peer: number
  readonly unit: 'ms' | 'µs' | 'per second' | 'MB per second' | 'MB' | 'KB' | 'per cent' | 'found'
}

export interface Table {
  readonly title: string
  /** What stands in the column of the peer. */
  readonly peer: string
  readonly rows: readonly Row[]
}

export type Bench = () => Promise<Table> | AsyncIterable<Table>

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

export function print({ title, peer, rows }: Table): void {
  process.stdout.write(`\n${title}\n`)
  for (const { what, ours, peer: theirs, unit } of rows) {
    const number = (value: number) => value.toFixed(value < 10 && !Number.isInteger(value) ? 2 : 0).padStart(7)
    process.stdout.write(
      `  ${what.padEnd(44)} ${number(ours)} ${unit}   ${peer}: ${number(theirs)}   ratio ${ours === theirs ? '1.00' : (ours / theirs).toFixed(2)}\n`,
    )
  }
}
