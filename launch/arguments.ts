import { LaunchError } from './progress.ts'

/** Commands that take no arguments, as they are called. */
const bare: Readonly<Record<string, string>> = {
  run: 'npm start',
  dev: 'npm run dev',
  'sign-in': 'npm run sign-in',
  lint: 'npm run lint',
}

/** @throws {LaunchError} where a command is given words that it would not heed. */
export function refuseArguments(command: string, words: readonly string[]): void {
  const name = bare[command]
  if (name === undefined || words.length === 0) return
  throw new LaunchError(
    `${name} takes no arguments, and was given ${words.map((word) => `“${word}”`).join(' ')}. Settings are environment variables; see npm start -- --help.`,
  )
}
