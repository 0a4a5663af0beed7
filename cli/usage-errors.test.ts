import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { commandsOf, createProgram } from './program.ts'

/** What is told of a command line that is not understood. */
async function toldOf(...words: string[]): Promise<string> {
  const program = createProgram({}) as unknown as Command
  let told = ''
  for (const command of [program, ...commandsOf(program)])
    command.exitOverride().configureOutput({ writeErr: (text) => void (told += text) })
  await expect(program.parseAsync(words, { from: 'user' })).rejects.toThrow(CommanderError)
  return told
}

test('a command that a group does not have is called unknown, with where those that it has are listed', async () => {
  for (const group of ['rules', 'teams', 'tokens', 'secrets'])
    expect(await toldOf(group, 'nonsense', 'more')).toBe(
      `arcx: unknown command 'nonsense'\n(see arcx ${group} --help)\n`,
    )
})

test('an argument too many for a command that was named is told as that', async () => {
  expect(await toldOf('teams', 'ls', 'more')).toBe(
    "arcx: too many arguments for 'ls'. Expected 0 arguments but got 1: more.\n(see arcx teams ls --help)\n",
  )
})

test('every error begins with the name of the command', async () => {
  expect(await toldOf('nonsense')).toBe("arcx: unknown command 'nonsense'\n(see arcx --help)\n")
  expect(await toldOf('ls', '--nonsense')).toBe("arcx: unknown option '--nonsense'\n(see arcx ls --help)\n")
})
