import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { Dialog } from '@base-ui/react/dialog'
import { Field } from '@base-ui/react/field'
import { msg, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import type { ApiToken, NewApiToken, Scope } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { ConfirmByName } from '../interface/confirm-by-name.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Modal } from '../interface/modal.tsx'
import { Ago } from '../interface/time.tsx'
import { ShownOnce } from '../interface/shown-once.tsx'
import { showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { optimistically, useOptimistic } from '../server/optimistic.ts'

const scopes: readonly (readonly [Scope, MessageDescriptor])[] = [
  ['workspaces:read', msg`See workspaces, their logs and figures`],
  ['workspaces:write', msg`Create, start, stop, rename and delete them`],
  ['workspaces:exec', msg`Run programs in them`],
  ['workflows', msg`Change and run workflows, which create, delete and run programs in workspaces`],
  ['teams:read', msg`See your teams`],
  ['teams:write', msg`Manage your teams`],
  ['tokens', msg`Make and revoke tokens, never for more than it may itself`],
  ['secrets', msg`Change secrets, network access and webhooks; nobody reads the values of secrets`],
]

const changed = () => queryClient.invalidateQueries({ queryKey: trpc.tokens.list.queryKey() })

const optimistic = [
  optimistically(trpc.tokens.revoke, (tokens: readonly ApiToken[], { id }) =>
    tokens.filter((token) => token.id !== id),
  ),
]

/** A person's API tokens, with making and revoking. */
export function Tokens() {
  const { data } = useQuery(trpc.tokens.list.queryOptions())
  const tokens = useOptimistic(data, optimistic)
  const [making, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<ApiToken | null>(null)
  const revoke = useMutation(
    trpc.tokens.revoke.mutationOptions({
      onSuccess: changed,
      onError: (error) => showError(refusalOf(error).message),
    }),
  )
  return (
    <section aria-labelledby="tokens" className="mt-8">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h2 id="tokens" className="text-sm text-ink-soft">
          <Trans>API tokens</Trans>
        </h2>
        <Button onClick={() => setMaking(true)}>
          <Plus size={16} aria-hidden /> <Trans>New token</Trans>
        </Button>
      </div>
      {tokens === undefined ? (
        <div aria-busy className="skeleton h-20 w-full" />
      ) : tokens.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-6 text-center text-ink-soft">
          <Trans>A token lets a program act for you, within what you allow it. You have none.</Trans>
        </p>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {tokens.map((token) => (
            <li key={token.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
              <KeyRound size={18} aria-hidden className="text-ink-soft" />
              <div className="min-w-0 flex-1 basis-52">
                <div className="font-medium break-words">
                  {token.name} <span className="ml-1 font-mono text-sm font-normal text-ink-soft">{token.shown}</span>
                </div>
                <div className="text-sm text-ink-soft">
                  {token.scopes.join(', ')} ·{' '}
                  {token.lastUsedAt === null ? (
                    t`never used`
                  ) : (
                    <>
                      <Trans>
                        used <Ago at={token.lastUsedAt} />
                      </Trans>
                    </>
                  )}{' '}
                  ·{' '}
                  {token.expiresAt === null ? (
                    t`no end`
                  ) : (
                    <>
                      <Trans>ends {new Date(token.expiresAt).toLocaleDateString()}</Trans>
                    </>
                  )}
                </div>
              </div>
              <Button onClick={() => setRevoking(token)} aria-label={t`Revoke ${token.name}`}>
                <Trans>Revoke…</Trans>
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Modal open={making} onClose={() => setMaking(false)}>
        <Making onClose={() => setMaking(false)} />
      </Modal>
      <ConfirmByName
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={t`Revoke ${revoking?.name ?? ''}?`}
        action={{ ask: (shown) => <Trans>Type {shown} to revoke it</Trans>, button: t`Revoke for good` }}
        name={revoking?.name ?? ''}
        onConfirm={() => revoking !== null && revoke.mutate({ id: revoking.id })}
      >
        <Trans>Whatever signs in by it is turned away at once, and has to be given another.</Trans>
      </ConfirmByName>
    </section>
  )
}

function Making({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<Scope>>(new Set(['workspaces:read'] as const))
  const [days, setDays] = useState(90)
  const create = useMutation(trpc.tokens.create.mutationOptions({ onSuccess: changed }))
  if (create.isSuccess) return <Made made={create.data} onClose={onClose} />
  const toggle = (scope: Scope) =>
    setChosen(
      (before) => new Set(before.has(scope) ? [...before].filter((each) => each !== scope) : [...before, scope]),
    )
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        create.mutate({ name, scopes: [...chosen], expiresDays: days === 0 ? null : days })
      }}
    >
      <Dialog.Title className="text-lg font-semibold">
        <Trans>New API token</Trans>
      </Dialog.Title>
      <Field.Root className="flex flex-col gap-1.5">
        <Field.Label className="text-sm font-medium">
          <Trans>Name</Trans>
        </Field.Label>
        <Field.Control
          className={inputClass}
          value={name}
          onValueChange={setName}
          placeholder={t`What it is for`}
          maxLength={60}
          autoComplete="off"
        />
      </Field.Root>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 text-sm font-medium">
          <Trans>It may</Trans>
        </legend>
        {scopes.map(([scope, words]) => (
          <label key={scope} className="flex items-baseline gap-2.5 text-sm">
            <input
              type="checkbox"
              checked={chosen.has(scope)}
              onChange={() => toggle(scope)}
              className="accent-accent"
            />
            <span>
              {i18n._(words)} <span className="font-mono text-xs text-ink-soft">{scope}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label className="flex flex-col gap-1.5 text-sm font-medium">
        <Trans>It ends</Trans>
        <select className={inputClass} value={days} onChange={(event) => setDays(Number(event.target.value))}>
          <option value={7}>
            <Trans>in 7 days</Trans>
          </option>
          <option value={30}>
            <Trans>in 30 days</Trans>
          </option>
          <option value={90}>
            <Trans>in 90 days</Trans>
          </option>
          <option value={365}>
            <Trans>in a year</Trans>
          </option>
          <option value={0}>
            <Trans>never</Trans>
          </option>
        </select>
      </label>
      {create.isError && (
        <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
          {refusalOf(create.error).message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button tone="ghost" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button tone="primary" type="submit" busy={create.isPending} disabled={name.trim() === '' || chosen.size === 0}>
          <Trans>Create token</Trans>
        </Button>
      </div>
    </form>
  )
}

function Made({ made, onClose }: { made: NewApiToken; onClose: () => void }) {
  return (
    <div className="flex flex-col gap-4">
      <Dialog.Title className="text-lg font-semibold">
        <Trans>{made.name} is made</Trans>
      </Dialog.Title>
      <Dialog.Description className="-mt-2 text-sm text-ink-soft">
        <Trans>Copy it now. You will not be able to see it again: arcx keeps only its hash.</Trans>
      </Dialog.Description>
      <ShownOnce label={t`Token`} text={made.token} onClose={onClose} />
    </div>
  )
}
