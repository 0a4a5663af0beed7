import { describe, expect, test } from 'vitest'
import { findCredentials } from '../detector.ts'
import { formsOf, halves, kinds, recallOf } from './recall.ts'

const tries = 40

describe.each(Object.entries(kinds))('of %s', (_kind, { forms, aim }) => {
  test.each(halves)('enough are found of the forms that are %s', (half) => {
    expect(recallOf(formsOf(forms, half), tries, findCredentials)).toBeGreaterThanOrEqual(aim)
  })
})
