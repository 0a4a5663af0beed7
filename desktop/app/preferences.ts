import { Preferences } from '@arcx/desktop-contract/contract'
import type { JsonFile } from '../storage/json-file.ts'

const usual: Preferences = { openAtLogin: false, notifications: true, switcherShortcut: 'CommandOrControl+Alt+Space' }

export interface PreferenceDependencies {
  readonly file: JsonFile<typeof Preferences>
  /** False where the system has it for something else. */
  registerShortcut(keys: string): boolean
  setOpenAtLogin(isOn: boolean): Promise<void>
  changed(): void
}

/** What somebody has chosen about the app on this computer, and what the system made of it. */
export class ChosenPreferences {
  readonly #dependencies: PreferenceDependencies
  #chosen: Preferences
  #isShortcutTaken: boolean

  private constructor(dependencies: PreferenceDependencies, chosen: Preferences) {
    this.#dependencies = dependencies
    this.#chosen = chosen
    this.#isShortcutTaken = !dependencies.registerShortcut(chosen.switcherShortcut)
  }

  static async open(dependencies: PreferenceDependencies): Promise<ChosenPreferences> {
    return new ChosenPreferences(dependencies, { ...usual, ...(await dependencies.file.read()) })
  }

  get chosen(): Preferences {
    return this.#chosen
  }

  /** The switcher's keys do nothing, for the system has them for something else. */
  get isShortcutTaken(): boolean {
    return this.#isShortcutTaken
  }

  /** All of it or nothing. @throws with a sentence for the person. */
  async choose(changes: { readonly [K in keyof Preferences]?: Preferences[K] | undefined }): Promise<void> {
    const former = this.#chosen
    const chosen = Preferences.parse({
      ...former,
      ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
    })
    if (chosen.openAtLogin !== former.openAtLogin) await this.#dependencies.setOpenAtLogin(chosen.openAtLogin)
    if (changes.switcherShortcut !== undefined && !this.#dependencies.registerShortcut(chosen.switcherShortcut)) {
      this.#isShortcutTaken = !this.#dependencies.registerShortcut(former.switcherShortcut)
      if (chosen.openAtLogin !== former.openAtLogin) await this.#dependencies.setOpenAtLogin(former.openAtLogin)
      throw new Error(
        `${chosen.switcherShortcut} is taken by another program, or is no key that can be taken. Choose another.`,
      )
    }
    if (changes.switcherShortcut !== undefined) this.#isShortcutTaken = false
    this.#chosen = chosen
    await this.#dependencies.file.write(chosen)
    this.#dependencies.changed()
  }
}
