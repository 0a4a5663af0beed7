import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inShell, personEnvironment } from './environment.ts'

test('a shell finds each variable as it is, whatever is in it', () => {
  const values = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(values, (value) => {
      const script = `${inShell({ ...personEnvironment('/home/arc', 'my-project'), A_KEY: value })}printf '%s|%s' "$ARCX_WORKSPACE" "$A_KEY"`
      expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe(`my-project|${value}`)
    }),
    { numRuns: 30 },
  )
})
