import { randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { noRules } from '@arcx/router'
import { Pairs } from '../../replace/pairs.ts'
import { variantsOf } from '../../replace/variants.ts'
import type { RequestPart, TenantSecret, Writing } from './outward.ts'
import { Prepared } from './prepared.ts'
import { Tenant } from './tenants.ts'

const mebibyte = 2 ** 20
const places: readonly RequestPart[] = ['header', 'basic', 'address', 'body']
const writings: readonly Writing[] = ['raw', 'url', 'json', 'form']

const secretsOf = (count: number): readonly TenantSecret[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `KEY${index}`,
    value: randomBytes(24).toString('base64'),
    placeholder: `arc_${randomBytes(14).toString('hex')}`,
    hosts: [index % 2 === 0 ? 'even.test' : 'odd.test'],
    places: [],
  }))

/** Whatever it may look for, on its way to two hosts and back. */
function useAll(tenant: Tenant): void {
  for (const host of ['even.test', 'odd.test', 'other.test']) {
    const outward = tenant.outwardTo('https', host)
    for (const place of places) {
      outward.strangers(place)
      for (const writing of writings) outward.swaps(place, writing)
    }
  }
  expect(tenant.scrub?.isEmpty).toBe(false)
  expect(tenant.scrubInNames?.isEmpty).toBe(false)
}

/** What is in use once nothing is left to be collected. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('There is no gc to call.')
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test('what is kept for any number of tenants stays within its bound, as told and as measured', () => {
  const prepared = new Prepared(8 * mebibyte)
  useAll(new Tenant(null, secretsOf(20), [noRules], new Prepared(0)))
  const before = usedBytes()
  const tenants = Array.from({ length: 4 }, () => new Tenant(null, secretsOf(20), [noRules], prepared))
  for (const tenant of tenants) {
    useAll(tenant)
    expect(prepared.bytes).toBeLessThanOrEqual(8 * mebibyte)
  }
  expect(prepared.bytes).toBeGreaterThan(4 * mebibyte)
  expect(usedBytes() - before).toBeLessThan(10 * mebibyte)
  expect(tenants).toHaveLength(4)
})

test('workspaces with the same secrets share what is made ready, and those with others do not', () => {
  const prepared = new Prepared(64 * mebibyte)
  const secrets = secretsOf(3)
  const [one, two, other] = [
    secrets,
    secrets.map((each) => ({ ...each })),
    secrets.map((each) => ({ ...each, value: `${each.value}x` })),
  ].map((each) => new Tenant(null, each, [noRules], prepared))
  expect(one?.scrub).toBe(two?.scrub)
  expect(one?.outwardTo('https', 'even.test').swaps('body', 'json')).toBe(
    two?.outwardTo('https', 'even.test').swaps('header', 'json'),
  )
  expect(one?.outwardTo('https', 'even.test').swaps('body', 'json')).not.toBe(
    two?.outwardTo('https', 'even.test').swaps('body', 'url'),
  )
  expect(one?.outwardTo('https', 'even.test').strangers('body')).toBe(
    two?.outwardTo('https', 'even.test').strangers('address'),
  )
  expect(other?.scrub).not.toBe(one?.scrub)
})

test('what was used last stays, what was used longest ago goes', () => {
  const make = (value: string) => () => new Pairs(variantsOf(value, 'x'.repeat(value.length), 'KEY'))
  const { bytes } = make('sk-live-abcdefghijkl-1')()
  const prepared = new Prepared(2.5 * bytes)
  const first = prepared.of('1', make('sk-live-abcdefghijkl-1'))
  const second = prepared.of('2', make('sk-live-abcdefghijkl-2'))
  expect(prepared.of('1', make('sk-live-abcdefghijkl-1'))).toBe(first)
  prepared.of('3', make('sk-live-abcdefghijkl-3'))
  expect(prepared.of('1', make('sk-live-abcdefghijkl-1'))).toBe(first)
  expect(prepared.of('2', make('sk-live-abcdefghijkl-2'))).not.toBe(second)
})

test('what is larger than the bound is kept while it is the last', () => {
  const prepared = new Prepared(1)
  const pairs = prepared.of('1', () => new Pairs(variantsOf('sk-live-abcdefghijkl', 'sk-live-00000000000l', 'KEY')))
  expect(prepared.of('1', () => new Pairs([]))).toBe(pairs)
})
