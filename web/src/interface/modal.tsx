import { Dialog } from '@base-ui/react/dialog'
import { useRef } from 'react'
import type { ReactNode } from 'react'
import { backdropClass, dialogClass } from './dialog.ts'
import { firstInvalid } from './field-problem.tsx'

/** A dialog over the page. What is in it is made anew each time it opens. */
export function Modal({ open, onClose, children }: { open: boolean; onClose: () => void; children: ReactNode }) {
  const opener = useRef<Element | null>(null)
  const begin = () => {
    opener.current = document.activeElement
    return firstInvalid()
  }
  // What opened it may be gone with what was done in it.
  const end = () =>
    opener.current?.isConnected === true && opener.current !== document.body ? true : document.getElementById('content')
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropClass} />
        <Dialog.Popup className={dialogClass} initialFocus={begin} finalFocus={end}>
          {open && children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
