import { Dialog } from '@base-ui/react/dialog'
import { Trans } from '@lingui/react/macro'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { Button } from '../interface/button.tsx'
import { Modal } from '../interface/modal.tsx'
import { refusalOf } from '../server/error.ts'
import { NameField } from './name-field.tsx'

interface WantedName {
  readonly title: ReactNode
  readonly label: string
  readonly hint?: ReactNode
  /** What comes of it, where that is not plain. */
  readonly warning?: string | undefined
  /** What it is called so far. */
  readonly former?: string
  readonly button: string
  readonly asking: { readonly isPending: boolean; readonly error: unknown; reset(): void }
  onName(name: string): void
  onClose(): void
}

/** Asks for a name. Gone as soon as it is given; back with the server's reason, and what was typed, where it refuses. */
export function NameDialog({ title, label, hint, warning, former = '', button, asking, onName, onClose }: WantedName) {
  const [name, setName] = useState(former)
  return (
    <Modal open={!asking.isPending} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (name !== '' && name !== former) onName(name)
        }}
      >
        <Dialog.Title className="text-lg font-semibold">{title}</Dialog.Title>
        <NameField
          label={label}
          hint={hint}
          name={name}
          onName={(next) => {
            setName(next)
            asking.reset()
          }}
          refusal={asking.error === null ? null : refusalOf(asking.error)}
        />
        {warning !== undefined && <p className="text-sm text-busy">{warning}</p>}
        <div className="flex justify-end gap-2">
          <Button tone="ghost" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button tone="primary" type="submit" disabled={name === '' || name === former}>
            {button}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
