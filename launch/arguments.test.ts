import { expect, test } from 'vitest'
import { refuseArguments } from './arguments.ts'

test.each(['run', 'dev', 'sign-in', 'lint'])('%s refuses words that it would not heed', (command) => {
  expect(() => refuseArguments(command, ['--bogus', 'second'])).toThrow(
    'takes no arguments, and was given “--bogus” “second”',
  )
  expect(() => refuseArguments(command, [])).not.toThrow()
})

test.each(['test', 'fuzz', 'bench', 'desktop', 'package', 'admin'])('%s takes words of its own', (command) =>
  expect(() => refuseArguments(command, ['--bogus'])).not.toThrow(),
)
