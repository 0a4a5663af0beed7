import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Field } from '@base-ui/react/field'
import { useMutation } from '@tanstack/react-query'
import { Download, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../interface/button.tsx'
import { backdropClass, dialogClass, inputClass } from '../interface/dialog.ts'
import { tellRefusal } from '../interface/toasts.tsx'
import { trpc, trpcClient } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'

async function download(login: string): Promise<void> {
  const account = await trpcClient.account.export.query()
  const url = URL.createObjectURL(new Blob([JSON.stringify(account, null, 2)], { type: 'application/json' }))
  const link = Object.assign(document.createElement('a'), { href: url, download: `arcx-${login}.json` })
  link.click()
  URL.revokeObjectURL(url)
}

/** Taking one's data along, and leaving for good. */
export function Leave({ login }: { login: string }) {
  const [leaving, setLeaving] = useState(false)
  const take = useMutation({ mutationFn: () => download(login), onError: (error) => tellRefusal(refusalOf(error).message) })
  return (
    <section aria-labelledby="account" className="mt-8">
      <h2 id="account" className="mb-2 text-sm text-ink-soft">
        Your data
      </h2>
      <div className="flex flex-wrap items-center gap-3 rounded-card border border-line bg-surface p-4">
        <p className="min-w-0 flex-1 basis-64 text-sm text-ink-soft">Take along what arcx holds of you, or delete your account with its workspaces.</p>
        <Button onClick={() => take.mutate()} busy={take.isPending}>
          <Download size={15} aria-hidden /> Export
        </Button>
        <Button tone="danger" onClick={() => setLeaving(true)}>
          <Trash2 size={15} aria-hidden /> Delete account…
        </Button>
      </div>
      <AlertDialog.Root open={leaving} onOpenChange={setLeaving}>
        <AlertDialog.Portal>
          <AlertDialog.Backdrop className={backdropClass} />
          <AlertDialog.Popup className={dialogClass}>{leaving && <Contents login={login} onClose={() => setLeaving(false)} />}</AlertDialog.Popup>
        </AlertDialog.Portal>
      </AlertDialog.Root>
    </section>
  )
}

function Contents({ login, onClose }: { login: string; onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const remove = useMutation(trpc.account.remove.mutationOptions({ onSuccess: () => location.assign('/sign-in') }))
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed === login) remove.mutate({ login: typed })
      }}
    >
      <AlertDialog.Title className="text-lg font-semibold">Delete your account?</AlertDialog.Title>
      <AlertDialog.Description className="text-sm text-ink-soft">Your workspaces with all that lies in them, your tokens and your sessions go for good. There is no way back.</AlertDialog.Description>
      <Field.Root className="flex flex-col gap-1.5">
        <Field.Label className="text-sm">
          Type <span className="font-mono font-semibold">{login}</span> to delete it
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
        <Button tone="danger" type="submit" busy={remove.isPending} disabled={typed !== login}>
          Delete for good
        </Button>
      </div>
    </form>
  )
}
