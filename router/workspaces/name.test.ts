import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxNameLength, nameProblem, nearestName, numberedName } from './name.ts'

const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

test.each(['a', 'my-project', '3d', 'x'.repeat(40)])('%s is a name', (name) => expect(nameProblem(name)).toBeNull())

test.each([
  ['', /needed/],
  ['x'.repeat(41), /40/],
  ['My-Project', /lower-case.*digits/],
  ['My Project!', /lower-case letters.*digits and hyphens/],
  ['a_b', /letters/],
  ['a.b', /letters/],
  ['-a', /hyphen/],
  ['a-', /hyphen/],
  ['xn--caf-dma', /third and fourth/],
  ['www', /kept/],
  ['api', /kept/],
  ['admin', /kept/],
  ['ü', /letters/],
  ['a b', /letters/],
  ['a\n', /letters/],
])('%j is refused and says why', (name, why) => expect(nameProblem(name)).toMatch(why))

describe('whatever somebody types', () => {
  test('the nearest name is valid', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('www', 'WWW', 'api', 'xn--a', '--', 'Ä Ö')),
        (wanted) => {
          expect(nameProblem(nearestName(wanted))).toBeNull()
        },
      ),
    )
  })

  test('a numbered name is a label that fits', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 999_999 }), (wanted, number) => {
        const name = numberedName(nearestName(wanted), number)
        expect(name).toMatch(label)
        expect(name.length).toBeLessThanOrEqual(maxNameLength)
      }),
    )
  })
})
