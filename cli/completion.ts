import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'

/**
 * Adds `completion SHELL`. The library's bash script declares constants, so that a shell complains when it is read a second
 * time, as it is when somebody reads their `.bashrc` anew: here they are variables.
 */
export function addCompletion(program: Command): void {
  tab(program, { completionCommandName: 'completion' })
  const completion = program.commands.find((command) => command.name() === 'completion')
  completion?.hook('preAction', () => {
    const write = console.log
    console.log = (...said: unknown[]) => {
      console.log = write
      write(...said.map((each) => (typeof each === 'string' ? readableAgain(each) : each)))
    }
  })
}

export const readableAgain = (script: string): string => script.replace(/^readonly (?=\w+=)/gm, '')
