import fc from 'fast-check'

/** Uniform in [0, 1). `fc.double` is not: it is uniform over floating-point representations, most of which are close to 0. */
export const fraction: fc.Arbitrary<number> = fc.nat(2 ** 31 - 1).map((number) => number / 2 ** 31)

/** Numbers of `fraction` one after the other, the same for the same seed. */
export function fractionsOf(seed: number): () => number {
  const numbers = fc.sample(fraction, { seed, numRuns: 5000 })
  let at = 0
  return () => numbers[at++ % numbers.length] ?? 0
}
