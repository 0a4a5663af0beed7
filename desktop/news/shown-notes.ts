import type { Note } from './news.ts'

/** One of the system's notifications. */
export interface SystemNotification {
  onClick(run: () => void): void
  /** It was dismissed, or could not be shown. */
  onGone(run: () => void): void
  show(): void
  close(): void
}

/** What stands on the screen: each is kept until somebody has clicked or dismissed it, for a notification that nothing holds is collected, and its click with it. */
export class ShownNotes {
  readonly #make: (note: Note) => SystemNotification
  readonly #shown = new Map<string, SystemNotification>()

  constructor(make: (note: Note) => SystemNotification) {
    this.#make = make
  }

  get count(): number {
    return this.#shown.size
  }

  /** Takes the place of an earlier one with the same key. */
  show(note: Note, onClick: () => void): void {
    const former = this.#shown.get(note.key)
    const notification = this.#make(note)
    this.#shown.set(note.key, notification)
    former?.close()
    const forget = () => {
      if (this.#shown.get(note.key) === notification) this.#shown.delete(note.key)
    }
    notification.onClick(() => {
      forget()
      onClick()
    })
    notification.onGone(forget)
    notification.show()
  }
}
