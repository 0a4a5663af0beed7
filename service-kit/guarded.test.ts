import { expect, test } from 'vitest'
import { guarded } from './guarded.ts'

test('what is thrown at once and what is thrown later both go to who answers for it, with what it was about', async () => {
  const answered: unknown[] = []
  const answer = (error: unknown, about: string) => void answered.push([error, about])
  guarded((_about: string) => {
    throw 'at once'
  }, answer)('one')
  guarded(async (_about: string) => Promise.reject('later'), answer)('two')
  guarded((_about: string) => 'well', answer)('three')
  await expect
    .poll(() => answered)
    .toEqual([
      ['at once', 'one'],
      ['later', 'two'],
    ])
})
