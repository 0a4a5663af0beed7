import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rules } from '../rules.ts'
import { longest, longestRun } from '../rules/convert/literals.ts'
import { parse } from '../rules/convert/syntax.ts'
import { Runs } from './runs.ts'

test('each rule says how long its matches and the runs in them are, as its expression has it', () => {
  for (const { id, pattern, run, longest: most } of rules) {
    const { root } = parse(`${pattern.ignoreCase ? '(?i)' : ''}${pattern.source}`)
    expect([id, run, most]).toEqual([id, longestRun(root), longest(root)])
  }
})

test('a run is seen wherever it stands, in whatever order places are asked for', () => {
  const piece = fc.oneof(
    fc.tuple(fc.constantFrom('a', '9', '_', '-', '+', '/', '='), fc.integer({ min: 1, max: 70 })),
    fc.tuple(fc.constantFrom(' ', '.', '"', '\n', 'é'), fc.integer({ min: 1, max: 3 })),
    fc.tuple(fc.constant(' '), fc.integer({ min: 1, max: 300 })),
  )
  const query = fc.tuple(fc.nat(4000), fc.nat(1500), fc.integer({ min: 20, max: 60 }))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.array(query, { maxLength: 20 }), (pieces, queries) => {
      const text = pieces.map(([char, count]) => char.repeat(count)).join('')
      const runs = new Runs(Buffer.from(`${text}\0\0\0`, 'latin1'))
      for (const [at, size, length] of queries) {
        const from = Math.min(at, text.length)
        const to = Math.min(text.length, from + size)
        expect(runs.has(length, from, to)).toBe(new RegExp(`[\\w+/=-]{${length}}`).test(text.slice(from, to)))
      }
    }),
    { numRuns: 2000 },
  )
})
