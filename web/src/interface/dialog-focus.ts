import { firstInvalid } from './field-problem.tsx'
import { whereFocusReturns } from './focus-heirs.ts'

/** Where the focus goes when a dialog opens, and when it closes. `isGone`: what opened it is about to go. */
export const dialogFocus = (isGone: () => boolean = () => false) => ({
  initialFocus: firstInvalid,
  finalFocus: () => whereFocusReturns(isGone()),
})
