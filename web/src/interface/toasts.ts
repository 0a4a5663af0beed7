import { t } from '@lingui/core/macro'
import { refusalOf } from '../server/error.ts'

export interface ToastContent {
  readonly title: string
  readonly words?: string
  readonly isUrgent?: boolean
  readonly action?: { readonly label: string; run(): void }
}

/** Toasts from before the host is mounted; it shows them then. */
const waiting: ToastContent[] = []
let show: (toast: ToastContent) => void = (toast) => void waiting.push(toast)
let loadHost: () => void = () => undefined

/** Shows a toast. */
export function showToast(toast: ToastContent): void {
  show(toast)
  loadHost()
}

/** A toast for an error that has no better place on the page. */
export function showError(message: string): void {
  showToast({ title: t`That did not work`, words: message, isUrgent: true })
}

/** A toast that offers to undo what was done. */
export function offerUndo(title: string, label: string, undo: () => Promise<unknown>): void {
  showToast({
    title,
    action: { label, run: () => void undo().catch((error: unknown) => showError(refusalOf(error).message)) },
  })
}

/** Called once by what loads the host lazily. */
export function onFirstToast(run: () => void): void {
  loadHost = run
  if (waiting.length > 0) run()
}

/** Called by the host once it is mounted. */
export function showToastsBy(add: (toast: ToastContent) => void): void {
  show = add
  for (const toast of waiting.splice(0)) add(toast)
}
