import { i18n } from '@lingui/core'
import { beforeAll, expect, test } from 'vitest'
import { number } from './amounts.ts'

beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages: {} }))

test('a little that was used is not shown as nothing', () => {
  expect([0, 0.01, 0.05, 0.24, 1234.5].map((value) => number(value))).toEqual(['0', '<0.1', '0.1', '0.2', '1,234.5'])
  expect([0, 0.001, 0.005].map((value) => number(value, 2))).toEqual(['0', '<0.01', '0.01'])
})
