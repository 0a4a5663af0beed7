import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Field } from '@base-ui/react/field'
import { Trans } from '@lingui/react/macro'
import { useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { refusalOf } from '../server/error.ts'
import { Button } from './button.tsx'
import { backdropClass, dialogClass, inputClass } from './dialog.ts'
import { firstInvalid } from './field-problem.tsx'
import { whereFocusReturns } from './focus-heirs.ts'

/** What is done, where it is not a deletion. */
interface ConfirmedAction {
  /** Asks for the name, which is handed to it. */
  readonly ask: (name: ReactNode) => ReactNode
  readonly button: string
}

interface Confirmation {
  readonly title: string
  readonly action?: ConfirmedAction
  readonly children: ReactNode
  /** What is to be typed. */
  readonly name: string
  /** Where one waits for it to be done. Without it, it is shown as done at once, and the dialog is over. */
  readonly removal?: { readonly isPending: boolean; readonly error: unknown }
  onConfirm(): void
  onClose(): void
}

/** What cannot be undone is done by typing its name. */
export function ConfirmByName({ open, ...asked }: Confirmation & { open: boolean }) {
  const isDone = useRef(false)
  const { onConfirm } = asked
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && asked.onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={backdropClass} />
        <AlertDialog.Popup
          className={dialogClass}
          initialFocus={() => {
            isDone.current = false
            return firstInvalid()
          }}
          finalFocus={() => whereFocusReturns(isDone.current)}
        >
          {open && (
            <Contents
              {...asked}
              onConfirm={() => {
                isDone.current = true
                onConfirm()
              }}
            />
          )}
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}

function Contents({ title, action, children, name, removal, onConfirm, onClose }: Confirmation) {
  const [typed, setTyped] = useState('')
  const shown = <span className="font-mono font-semibold break-all">{name}</span>
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed !== name) return
        onConfirm()
        if (removal === undefined) onClose()
      }}
    >
      <AlertDialog.Title className="text-lg font-semibold break-words">{title}</AlertDialog.Title>
      <AlertDialog.Description className="text-sm text-ink-soft">{children}</AlertDialog.Description>
      <Field.Root className="flex flex-col gap-1.5">
        <Field.Label className="text-sm">
          {action === undefined ? <Trans>Type {shown} to delete it</Trans> : action.ask(shown)}
        </Field.Label>
        <Field.Control
          className={`${inputClass} font-mono`}
          value={typed}
          onValueChange={setTyped}
          autoComplete="off"
          spellCheck={false}
        />
      </Field.Root>
      {removal !== undefined && removal.error !== null && (
        <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
          {refusalOf(removal.error).message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button tone="ghost" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button tone="danger" type="submit" busy={removal?.isPending ?? false} disabled={typed !== name}>
          {action?.button ?? <Trans>Delete for good</Trans>}
        </Button>
      </div>
    </form>
  )
}
