import fc from 'fast-check'

/** From 0 to below 1, each part of it as often as any: `fc.double` chooses among representations, of which nearly all lie next to 0. */
export const fraction: fc.Arbitrary<number> = fc.nat(2 ** 31 - 1).map((number) => number / 2 ** 31)

/** Numbers of `fraction` one after the other, the same for the same seed. */
export function fractionsOf(seed: number): () => number {
  const numbers = fc.sample(fraction, { seed, numRuns: 5000 })
  let at = 0
  return () => numbers[at++ % numbers.length] ?? 0
}
