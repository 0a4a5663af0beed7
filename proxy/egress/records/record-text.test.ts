import { expect, test } from 'vitest'
import { recordedPath } from './record-text.ts'

const value = 'xoxe-no-form-that-is-known-8472'

test('no part of a value is recorded, wherever the record cuts a path', () => {
  for (let before = 460; before <= 510; before += 1) {
    for (const target of [`/${'a'.repeat(before)}${value}/b`, `/a?${'n'.repeat(before)}${value}=1`]) {
      const path = recordedPath(target, (text) => text.replaceAll(value, '***'))
      expect(path.length).toBeLessThanOrEqual(500)
      for (let length = 3; length <= value.length; length += 1) expect(path).not.toContain(value.slice(0, length))
    }
  }
})

test('names of query parameters stay, their values and what looks like a credential do not', () => {
  expect(recordedPath('/a?page=2&q=words', (text) => text)).toBe('/a?page=…&q=…')
  expect(recordedPath(`/a/${'ghp'}_${'Z9xK2mQ7vB4nL8pR1sT5wY3cF6hJ0dG2aE4u'}`, (text) => text)).toMatch(/^\/a\/\[.*\]$/)
})
