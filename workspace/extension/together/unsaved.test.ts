import { expect, test } from 'vitest'
import { isUnsaved } from './unsaved.ts'

const [marked, plain] = [{ isDirty: true }, { isDirty: false }]

test('a document that is told to be saved is unsaved for as long as a tab of it is marked', () => {
  expect(isUnsaved(plain, [marked])).toBe(true)
  expect(isUnsaved(plain, [plain, marked])).toBe(true)
  expect(isUnsaved(plain, [plain])).toBe(false)
})

test('a document that has just changed is unsaved before its tab is marked, and without any tab', () => {
  expect(isUnsaved(marked, [plain])).toBe(true)
  expect(isUnsaved(marked, [])).toBe(true)
})
