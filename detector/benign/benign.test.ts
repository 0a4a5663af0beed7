import { describe, expect, test } from 'vitest'
import { findCredentials } from '../detector.ts'
import { repeatably } from '../random-text.ts'
import { answers } from './answers.ts'
import { lockFiles } from './lock-files.ts'
import { pages } from './pages.ts'

const tries = 60

describe.each([
  ['a lock file', lockFiles],
  ['an answer', answers],
  ['a page, a source or a file of settings', pages],
] as const)('no alarm in %s', (_kind, texts) => {
  test.each(Object.entries(texts))('%s', (_name, make) => {
    const told: string[] = []
    for (let count = 0; count < tries; count += 1) {
      const text = repeatably(count, make)
      for (const { rule, start, end } of findCredentials(text))
        told.push(`${rule} ${text.slice(Math.max(0, start - 30), end)}`)
    }
    expect(told).toEqual([])
  })
})
