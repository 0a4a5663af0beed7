import { expect, test } from 'vitest'
import { readDismissed, withDismissed } from './dismissed.ts'

function storageOf(text: string | null) {
  let kept = text
  return { getItem: () => kept, setItem: (_key: string, value: string) => void (kept = value) }
}

test('what is put away stays so, once, and what is long past is forgotten', () => {
  const storage = storageOf(null)
  withDismissed(storage, 'a')
  expect(withDismissed(storage, 'a')).toEqual(['a'])
  for (let index = 0; index < 60; index++) withDismissed(storage, String(index))
  expect(readDismissed(storage)).toHaveLength(50)
  expect(readDismissed(storage).at(-1)).toBe('59')
})

test.each(['{', '{}', '[1, "a"]', 'null'])('what was kept wrongly breaks nothing: %s', (text) =>
  expect(readDismissed(storageOf(text)).every((id) => typeof id === 'string')).toBe(true),
)

test('where nothing can be kept it is put away all the same', () => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new Error('QuotaExceededError')
    },
  }
  expect(withDismissed(full, 'a')).toEqual(['a'])
})
