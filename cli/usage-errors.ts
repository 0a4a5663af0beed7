import type { Command } from 'commander'

/** `arcx secrets set`. */
export function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}

/**
 * Tells of a wrong command line as of any other error, and where to look. Where a group's command was left out, as in
 * `arcx rules nonsense`, what was typed is no surplus argument of the one that stands for it, but an unknown command.
 */
export function tellUsageErrors(command: Command): void {
  const lookAt = (named: Command) => command.showHelpAfterError(`(see ${fullName(named)} --help)`)
  lookAt(command)
  command.configureOutput({
    outputError(text, write) {
      const unknown = text.startsWith('error: too many arguments') ? unknownCommand(command) : null
      // It is shown next.
      if (unknown !== null) lookAt(unknown.group)
      write(unknown === null ? text.replace(/^error: /, 'arcx: ') : `arcx: unknown command '${unknown.typed}'\n`)
    },
  })
}

/** What was typed in the place of a command of a group, where this one stands for the group itself. */
function unknownCommand(command: Command): { readonly group: Command; readonly typed: string } | null {
  const group = command.parent
  const typed = group?.args[0]
  // In the outermost, what is no command is told as that already.
  if (group === null || group.parent === null || typed === undefined) return null
  return [command.name(), ...command.aliases()].includes(typed) ? null : { group, typed }
}
