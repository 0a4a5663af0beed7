import { Help } from 'commander'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { commandsOf, createProgram } from './program.ts'

test('in the list of commands each is told in a short line', () => {
  const program = createProgram({}) as unknown as Command
  const help = new Help()
  const long = [program, ...commandsOf(program)]
    .flatMap((group) => help.visibleCommands(group))
    .map((command) => `${command.name()}: ${help.subcommandDescription(command)}`)
    .filter((line) => line.length > 110)
  expect(long).toEqual([])
})
