import { i18n } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Copy, Plus } from 'lucide-react'
import { useState } from 'react'
import type { Invite, WaitlistEntry } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Ago } from '../interface/time.tsx'
import { showError } from '../interface/toasts.ts'
import { NeedsGitHub } from '../teams/needs-github.tsx'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { optimistically, useOptimistic } from '../server/optimistic.ts'

const onError = (error: unknown) => showError(refusalOf(error).message)

const optimisticInvites = [
  optimistically(trpc.admin.invites.revoke, (invites: readonly Invite[], { id }) =>
    invites.map((invite) => (invite.id === id ? { ...invite, state: 'revoked' as const } : invite)),
  ),
]
const optimisticWaiting = [
  optimistically(trpc.admin.waitlist.invite, (waiting: readonly WaitlistEntry[], { githubId }) =>
    waiting.map((entry) => (entry.githubId === githubId ? { ...entry, invitedAt: new Date().toISOString() } : entry)),
  ),
]

const states = { open: msg`open`, used: msg`used up`, expired: msg`expired`, revoked: msg`revoked` } as const

/** Invitations to sign up, and who waits for one. */
export function Invitations() {
  const invitesChanged = () => queryClient.invalidateQueries({ queryKey: trpc.admin.invites.list.queryKey() })
  const { data: knownInvites } = useQuery(trpc.admin.invites.list.queryOptions())
  const invites = useOptimistic(knownInvites, optimisticInvites)
  const { data: knownWaiting } = useQuery(trpc.admin.waitlist.list.queryOptions())
  const waiting = useOptimistic(knownWaiting, optimisticWaiting)
  const { data: options } = useQuery(trpc.auth.options.queryOptions())
  const create = useMutation(trpc.admin.invites.create.mutationOptions({ onSuccess: invitesChanged, onError }))
  const revoke = useMutation(trpc.admin.invites.revoke.mutationOptions({ onSuccess: invitesChanged, onError }))
  const letIn = useMutation(
    trpc.admin.waitlist.invite.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.admin.waitlist.list.queryKey() }),
      onError,
    }),
  )
  const [uses, setUses] = useState(1)
  const [copied, setCopied] = useState('')
  return (
    <>
      {options !== undefined && options.signupMode !== 'invite' && (
        <p className="mb-4 rounded-lg bg-accent-wash px-3 py-2 text-sm">
          <Trans>Sign-up is set to “{options.signupMode}”: nobody needs an invitation now.</Trans>
        </p>
      )}
      {options?.github === false && <NeedsGitHub />}
      {options?.github === true && (
        <form
          className="mb-4 flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            create.mutate({ maxUses: uses })
          }}
        >
          <label className="flex flex-col gap-1 text-sm">
            <Trans>For how many people</Trans>
            <input
              type="number"
              min={1}
              max={10_000}
              required
              className={`${inputClass} !h-9 !w-32`}
              value={uses}
              onChange={(event) => setUses(event.target.valueAsNumber || 1)}
            />
          </label>
          <Button tone="primary" type="submit" busy={create.isPending}>
            <Plus size={16} aria-hidden /> <Trans>New invitation</Trans>
          </Button>
        </form>
      )}
      {create.data !== undefined && (
        <div
          role="status"
          className="mb-4 flex flex-wrap items-center gap-2 rounded-card border border-line bg-sunken p-3"
        >
          <span className="w-full text-sm text-ink-soft">
            <Trans>Share this link. It is shown only once, and expires in 14 days.</Trans>
          </span>
          <code className="min-w-0 flex-1 break-all text-sm">{create.data.url}</code>
          <Button
            onClick={() => void navigator.clipboard.writeText(create.data.url).then(() => setCopied(create.data.url))}
          >
            <Copy size={14} aria-hidden /> {copied === create.data.url ? t`Copied` : t`Copy`}
          </Button>
        </div>
      )}
      {invites === undefined ? (
        <div aria-busy className="skeleton h-16 w-full" />
      ) : invites.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-6 text-center text-ink-soft">
          <Trans>No invitation has been made yet.</Trans>
        </p>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {invites.map((invite) => (
            <li key={invite.id} className="flex flex-wrap items-center gap-3 px-4 py-3 text-sm">
              <span className="flex-1 basis-48">
                <Trans>
                  {invite.uses} of {invite.maxUses} used · made <Ago at={invite.createdAt} />
                </Trans>{' '}
                ·{' '}
                <span className={invite.state === 'open' ? 'text-good' : 'text-ink-soft'}>
                  {i18n._(states[invite.state])}
                </span>
              </span>
              {invite.state === 'open' && (
                <Button onClick={() => revoke.mutate({ id: invite.id })}>
                  <Trans>Revoke</Trans>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <h2 className="mb-2 mt-8 text-sm text-ink-soft">
        <Trans>Waitlist</Trans>
      </h2>
      {waiting === undefined ? (
        <div aria-busy className="skeleton h-16 w-full" />
      ) : waiting.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-6 text-center text-ink-soft">
          <Trans>Nobody waits. Whoever signs in without an invitation appears here.</Trans>
        </p>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {waiting.map((entry) => (
            <li key={entry.githubId} className="flex flex-wrap items-center gap-3 px-4 py-3">
              <span className="min-w-0 flex-1 basis-48 break-words">
                <span className="font-medium">{entry.login}</span>{' '}
                <span className="text-sm text-ink-soft">
                  <Trans>
                    {entry.email} · since <Ago at={entry.createdAt} />
                  </Trans>
                </span>
              </span>
              {entry.invitedAt === null ? (
                <Button
                  onClick={() => letIn.mutate({ githubId: entry.githubId })}
                  aria-label={t`Let ${entry.login} in`}
                >
                  <Trans>Let in</Trans>
                </Button>
              ) : (
                <span className="text-sm text-good">
                  <Trans>may sign in now</Trans>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
