import { getCACertificates } from 'node:tls'
import { expect, test } from 'vitest'
import { trustSystem } from './trust.ts'
import type { TrustStore } from './trust.ts'

const [first = '', second = ''] = getCACertificates('bundled')

test('what the system trusts is trusted beside what Node does, each once, and a broken one takes no other with it', () => {
  let trusted: readonly string[] = []
  const why = trustSystem({
    getCACertificates: (kind) => (kind === 'default' ? [first] : [first, 'no certificate', second]),
    setDefaultCACertificates: (all) => (trusted = all),
  })
  expect([why, trusted]).toEqual([null, [first, second]])
})

test.each<[string, Partial<TrustStore>]>([
  [
    'they cannot be read',
    {
      getCACertificates: () => {
        throw new Error('no store')
      },
    },
  ],
  [
    'they cannot be set',
    {
      setDefaultCACertificates: () => {
        throw new Error('no store')
      },
    },
  ],
])('where %s, the app goes on with what Node has and knows why', (_when, broken) => {
  expect(trustSystem({ getCACertificates: () => [first], setDefaultCACertificates: () => undefined, ...broken })).toBe(
    'no store',
  )
})
