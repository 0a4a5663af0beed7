import { i18n } from '@lingui/core'
import type { Messages } from '@lingui/core'
import { messages } from './en.po'

/** A language is a file beside this one, as English is; it is brought to those alone who want it. */
const others = import.meta.glob<{ readonly messages: Messages }>(['./*.po', '!./en.po'])

/** The first of the languages that somebody wants (BCP 47) in which the interface is there; else English. */
export function chosenLanguage(wanted: readonly string[], present: readonly string[]): string {
  for (const tag of wanted) {
    const base = tag.split('-')[0]?.toLowerCase()
    const found = ['en', ...present].find((each) => each === tag) ?? ['en', ...present].find((each) => each === base)
    if (found !== undefined) return found
  }
  return 'en'
}

/** What stands in for a language that is not there, and is spoken where nobody chooses. */
export const speakEnglish = (): void => i18n.loadAndActivate({ locale: 'en', messages })

/** Loads the texts; to be called before anything is shown. */
export async function speak(): Promise<void> {
  const language = chosenLanguage(
    navigator.languages,
    Object.keys(others).map((path) => path.slice(2, -3)),
  )
  speakEnglish()
  const loaded = await others[`./${language}.po`]?.().catch(() => undefined)
  if (loaded !== undefined) i18n.loadAndActivate({ locale: language, messages: loaded.messages })
  document.documentElement.lang = i18n.locale
}
