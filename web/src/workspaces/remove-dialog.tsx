import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Field } from '@base-ui/react/field'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Workspace } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { backdropClass, dialogClass, inputClass } from '../interface/dialog.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { showWorkspace } from './live.ts'

/** What cannot be undone is done by typing its name. */
export function RemoveDialog({ workspace, open, onClose }: { workspace: Workspace; open: boolean; onClose: () => void }) {
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={backdropClass} />
        <AlertDialog.Popup className={dialogClass}>{open && <Contents workspace={workspace} onClose={onClose} />}</AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}

function Contents({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const remove = useMutation(
    trpc.workspaces.remove.mutationOptions({
      onSuccess(removed) {
        showWorkspace(removed)
        onClose()
      },
    }),
  )
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed === workspace.name) remove.mutate({ workspaceId: workspace.id })
      }}
    >
      <AlertDialog.Title className="text-lg font-semibold">Delete {workspace.name}?</AlertDialog.Title>
      <AlertDialog.Description className="text-sm text-ink-soft">
        Its container and everything in its home go for good. There is no way back.
      </AlertDialog.Description>
      <Field.Root className="flex flex-col gap-1.5">
        <Field.Label className="text-sm">
          Type <span className="font-mono font-semibold">{workspace.name}</span> to delete it
        </Field.Label>
        <Field.Control className={`${inputClass} font-mono`} value={typed} onValueChange={setTyped} autoComplete="off" spellCheck={false} />
      </Field.Root>
      {remove.isError && (
        <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
          {refusalOf(remove.error).message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button tone="ghost" onClick={onClose}>
          Keep it
        </Button>
        <Button tone="danger" type="submit" busy={remove.isPending} disabled={typed !== workspace.name}>
          Delete for good
        </Button>
      </div>
    </form>
  )
}
