import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { referenceFile, renderReference } from './reference.ts'

test('docs/cli.md is what the commands are; `npm run docs` makes it so', () => {
  expect(readFileSync(referenceFile, 'utf8')).toBe(renderReference())
})
