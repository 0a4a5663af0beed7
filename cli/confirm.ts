import { Option } from '@commander-js/extra-typings'
import { Failure, exitCodes } from './failure.ts'

/** What every command takes that asks before it deletes. */
export const yes = ['-y, --yes', 'do not ask'] as const
/** As it was called first; scripts that say it go on working. */
export const force = () => new Option('-f, --force').hideHelp().implies({ yes: true })

/**
 * Asks whoever is at the terminal to type a name, before what cannot be undone. Where nobody can be asked, it is not done.
 *
 * @throws `not_confirmed`.
 */
export async function confirmByName(name: string, what: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Failure(
      `That deletes ${what} for good. Where nobody can be asked, confirm it with --yes.`,
      'not_confirmed',
      exitCodes.usage,
    )
  const { createInterface } = await import('node:readline/promises')
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await asking.question(`Type ${name} to delete ${what} for good: `)
  asking.close()
  if (typed.trim() !== name) throw new Failure('Nothing was deleted.', 'not_confirmed', exitCodes.failed)
}
