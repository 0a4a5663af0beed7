import { t } from '@lingui/core/macro'
import { refusalOf } from '../server/error.ts'

export interface Note {
  readonly title: string
  readonly words?: string
  readonly isUrgent?: boolean
  readonly action?: { readonly label: string; run(): void }
}

/** Said before what shows it is there, and by it afterwards. */
const waiting: Note[] = []
let show: (note: Note) => void = (note) => void waiting.push(note)
let bring: () => void = () => undefined

/** Says something in a corner of the page, for a while. */
export function tell(note: Note): void {
  show(note)
  bring()
}

/** What could not be done, where there is no better place to say it. */
export function tellRefusal(message: string): void {
  tell({ title: t`That did not work`, words: message, isUrgent: true })
}

/** Something has been done that can be taken back, for a while. */
export function offerUndo(title: string, label: string, undo: () => Promise<unknown>): void {
  tell({
    title,
    action: { label, run: () => void undo().catch((error: unknown) => tellRefusal(refusalOf(error).message)) },
  })
}

/** Called by what brings the host, once. */
export function onFirstToast(run: () => void): void {
  bring = run
  if (waiting.length > 0) run()
}

/** Called by the host when it is there. */
export function showToastsBy(add: (note: Note) => void): void {
  show = add
  for (const note of waiting.splice(0)) add(note)
}
