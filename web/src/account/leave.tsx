import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { Download, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../interface/button.tsx'
import { ConfirmByName } from '../interface/confirm-by-name.tsx'
import { showError } from '../interface/toasts.ts'
import { trpc, trpcClient } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { signOut } from '../server/sign-out.ts'

/** By when a browser has begun to read what it was told to keep. */
const takenMs = 60_000

async function download(login: string): Promise<void> {
  const account = await trpcClient.account.export.query()
  const url = URL.createObjectURL(new Blob([JSON.stringify(account, null, 2)], { type: 'application/json' }))
  const link = Object.assign(document.createElement('a'), { href: url, download: `arcx-${login}.json` })
  link.click()
  // Given back at once, a busy browser finds nothing there any more.
  setTimeout(() => URL.revokeObjectURL(url), takenMs)
}

/** Taking one's data along, and leaving for good. */
export function Leave({ login }: { login: string }) {
  const [leaving, setLeaving] = useState(false)
  const remove = useMutation(trpc.account.remove.mutationOptions({ onSuccess: () => void signOut() }))
  const take = useMutation({
    mutationFn: () => download(login),
    onError: (error) => showError(refusalOf(error).message),
  })
  return (
    <section aria-labelledby="account" className="mt-8">
      <h2 id="account" className="mb-2 text-sm text-ink-soft">
        <Trans>Your data</Trans>
      </h2>
      <div className="flex flex-wrap items-center gap-3 rounded-card border border-line bg-surface p-4">
        <p className="min-w-0 flex-1 basis-64 text-sm text-ink-soft">
          <Trans>Download what arcx stores about you, or delete your account with its workspaces.</Trans>
        </p>
        <Button onClick={() => take.mutate()} busy={take.isPending}>
          <Download size={15} aria-hidden /> <Trans>Download your data</Trans>
        </Button>
        <Button tone="danger" onClick={() => setLeaving(true)}>
          <Trash2 size={15} aria-hidden /> <Trans>Delete account…</Trans>
        </Button>
      </div>
      <ConfirmByName
        open={leaving}
        onClose={() => setLeaving(false)}
        title={t`Delete your account?`}
        name={login}
        removal={remove}
        onConfirm={() => remove.mutate({ login })}
      >
        <Trans>
          Your workspaces with all that lies in them, your tokens and your sessions go for good. Your teams go to their
          eldest admin, or with you where nobody else is in them. There is no way back.
        </Trans>
      </ConfirmByName>
    </section>
  )
}
