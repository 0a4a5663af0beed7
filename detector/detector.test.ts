import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findCredentials } from './detector.ts'
import { issuers } from './kept-aside/issuers.ts'
import { benign, credentials } from './labelled.ts'

const tries = 40

describe('of each kind, wherever it stands, all are found and lie within what is told', () => {
  test.each(Object.entries(credentials))('%s', (kind, make) => {
    let missed = 0
    for (let count = 0; count < tries; count += 1) {
      const credential = make()
      const text = `{"log":"some words before"}\n${credential}\nand some behind\n`
      const found = findCredentials(text)
      if (found.length === 0) missed += 1
      for (const { start, end } of found)
        expect(text.indexOf(credential) <= start && end <= text.indexOf(credential) + credential.length + 1).toBe(true)
    }
    // One that is known by its variable's name alone is let go where it happens to hold a word, and of AWS's ids, one in a
    // thousand happens to repeat too many letters.
    expect(missed).toBeLessThanOrEqual(kind.startsWith('a password') ? tries / 5 : kind.startsWith('AWS') ? 2 : 0)
  })
})

describe('what is none raises no alarm', () => {
  test.each(Object.entries(benign))('%s', (_kind, make) => {
    for (let count = 0; count < tries; count += 1) {
      const text = make()
      expect(
        findCredentials(text).map(({ rule }) => rule),
        text,
      ).toEqual([])
    }
  })

  test.each([
    'package-lock.json',
    'package.json',
    'server/http/app.ts',
    'server/identity/sessions.ts',
    'deploy/seccomp.json',
    'docs/architecture.md',
    'web/src/main.tsx',
  ])('%s', (name) => {
    const text = readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8')
    expect(findCredentials(text).map(({ rule, start, end }) => `${rule} ${text.slice(start, end)}`)).toEqual([])
  })
})

test('several in one text are each told, in order', () => {
  const [first, second] = [credentials['GitHub token, classic']?.() ?? '', credentials['Stripe live key']?.() ?? '']
  const found = findCredentials(`${first} and then ${second}`)
  expect(found.map(({ rule }) => rule)).toEqual(['github-pat', 'stripe-access-token'])
})

test('any text is looked through, also one that is all keywords', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), (text) => void findCredentials(text)),
    { numRuns: 500 },
  )
  // Expressions that ran away on these would not come back within the test's time.
  for (const piece of [
    'sk-',
    'password=',
    'eyJ.',
    '-----BEGIN PRIVATE KEY-----',
    'aws_secret_access_key ="',
    '://a:',
    'key key key ',
  ])
    findCredentials(piece.repeat(20_000))
})

test('what a rule’s groups repeat is no secret: the whole address of a webhook is told', () => {
  const webhook = issuers['Teams webhook']?.().secret ?? ''
  expect(findCredentials(`"${webhook}"`).map(({ start, end }) => end - start)).toEqual([webhook.length])
})
