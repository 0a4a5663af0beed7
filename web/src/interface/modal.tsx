import { Dialog } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { backdropClass, dialogClass } from './dialog.ts'
import { firstInvalid } from './field-problem.tsx'
import { whereFocusReturns } from './focus-heirs.ts'

/** A dialog over the page. What is in it is made anew each time it opens. */
export function Modal({ open, onClose, children }: { open: boolean; onClose: () => void; children: ReactNode }) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropClass} />
        <Dialog.Popup className={dialogClass} initialFocus={firstInvalid} finalFocus={() => whereFocusReturns(false)}>
          {open && children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
