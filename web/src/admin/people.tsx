import { i18n } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account } from '@arcx/router'
import { roleName, tierName } from '../account/names.ts'
import { Button } from '../interface/button.tsx'
import { ConfirmByName } from '../interface/confirm-by-name.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Ago } from '../interface/time.tsx'
import { offerUndo, showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { optimistically, perform, useOptimistic } from '../server/optimistic.ts'

const listChanged = () => queryClient.invalidateQueries({ queryKey: trpc.admin.users.list.queryKey() })
const undone = { onSuccess: listChanged }
const after = { onSuccess: listChanged, onError: (error: unknown) => showError(refusalOf(error).message) }
type People = readonly Account[]
const changed = (people: People, userId: string, change: Partial<Account>): People =>
  people.map((person) => (person.id === userId ? { ...person, ...change } : person))
const optimistic = [
  optimistically(trpc.admin.users.setTier, (people: People, { userId, tier }) => changed(people, userId, { tier })),
  optimistically(trpc.admin.users.setRole, (people: People, { userId, role }) => changed(people, userId, { role })),
  optimistically(trpc.admin.users.suspend, (people: People, { userId }) =>
    changed(people, userId, { status: 'suspended' }),
  ),
  optimistically(trpc.admin.users.reinstate, (people: People, { userId }) =>
    changed(people, userId, { status: 'active' }),
  ),
  optimistically(trpc.admin.users.remove, (people: People, { userId }) =>
    changed(people, userId, { status: 'leaving' }),
  ),
]
const statuses = {
  active: null,
  waiting_payment: msg`waits for payment`,
  suspended: msg`suspended`,
  leaving: msg`being deleted`,
} as const

/** Everybody with an account: find, raise, suspend. */
export function People() {
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  const [search, setSearch] = useState('')
  const { data, error } = useQuery({
    ...trpc.admin.users.list.queryOptions({ search }),
    placeholderData: keepPreviousData,
  })
  const people = useOptimistic(data, optimistic)
  return (
    <>
      <label className="mb-3 block">
        <span className="sr-only">
          <Trans>Find by login, name or e-mail</Trans>
        </span>
        <input
          type="search"
          className={`${inputClass} sm:w-80`}
          placeholder={t`Login, name or e-mail`}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          maxLength={100}
        />
      </label>
      {error !== null ? (
        <p role="alert" className="text-bad">
          {refusalOf(error).message}
        </p>
      ) : people === undefined ? (
        <div aria-busy className="skeleton h-32 w-full" />
      ) : people.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-8 text-center text-ink-soft">
          <Trans>Nobody matches “{search}”.</Trans>
        </p>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {people.map((person) => (
            <Row key={person.id} person={person} own={person.id === me?.userId} />
          ))}
        </ul>
      )}
    </>
  )
}

function Row({ person, own }: { person: Account; own: boolean }) {
  const { id: userId, login } = person
  /** With the way back to what was before. */
  const undoable = (title: string, undo: (before: Account) => Promise<unknown>) => ({
    ...after,
    onMutate: () => person,
    async onSuccess(_done: unknown, _asked: unknown, before: Account) {
      await listChanged()
      offerUndo(title, t`Undo`, () => undo(before))
    },
  })
  const setTier = useMutation(
    trpc.admin.users.setTier.mutationOptions(
      undoable(t`Plan of ${login} changed`, ({ tier }) =>
        perform(trpc.admin.users.setTier.mutationOptions(undone), { userId, tier }),
      ),
    ),
  )
  const setRole = useMutation(
    trpc.admin.users.setRole.mutationOptions(
      undoable(t`Role of ${login} changed`, ({ role }) =>
        perform(trpc.admin.users.setRole.mutationOptions(undone), { userId, role }),
      ),
    ),
  )
  const suspend = useMutation(
    trpc.admin.users.suspend.mutationOptions(
      undoable(t`${login} is suspended`, () => perform(trpc.admin.users.reinstate.mutationOptions(undone), { userId })),
    ),
  )
  const reinstate = useMutation(trpc.admin.users.reinstate.mutationOptions(after))
  const [removing, setRemoving] = useState(false)
  const remove = useMutation(trpc.admin.users.remove.mutationOptions(after))
  const status = statuses[person.status]
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-56">
        <div className="font-medium break-words">
          {login}
          {person.name !== login && <span className="ml-2 font-normal text-ink-soft">{person.name}</span>}
          {status !== null && (
            <span className="ml-2 rounded-full bg-bad-wash px-2 py-0.5 text-xs text-bad">{i18n._(status)}</span>
          )}
        </div>
        <div className="text-sm text-ink-soft break-words">
          {person.email ?? t`at this machine`} ·{' '}
          <Plural value={person.workspaces} one="# workspace" other="# workspaces" /> ·{' '}
          <Trans>
            since <Ago at={person.createdAt} />
          </Trans>
        </div>
      </div>
      <select
        aria-label={t`Plan of ${login}`}
        className={`${inputClass} !h-9 !w-auto`}
        value={person.tier}
        onChange={(event) => setTier.mutate({ userId, tier: event.target.value as Account['tier'] })}
      >
        {(['free', 'pro', 'team'] as const).map((tier) => (
          <option key={tier} value={tier}>
            {tierName(tier)}
          </option>
        ))}
      </select>
      <select
        aria-label={t`Role of ${login}`}
        className={`${inputClass} !h-9 !w-auto`}
        value={person.role}
        disabled={own}
        onChange={(event) => setRole.mutate({ userId, role: event.target.value as Account['role'] })}
      >
        {(['member', 'admin'] as const).map((role) => (
          <option key={role} value={role}>
            {roleName(role)}
          </option>
        ))}
      </select>
      {person.status === 'suspended' ? (
        <Button
          onClick={() => reinstate.mutate({ userId })}
          busy={reinstate.isPending}
          aria-label={t`Reinstate ${login}`}
        >
          <Trans>Reinstate</Trans>
        </Button>
      ) : (
        <Button
          onClick={() => suspend.mutate({ userId })}
          busy={suspend.isPending}
          disabled={own}
          aria-label={t`Suspend ${login}`}
        >
          <Trans>Suspend</Trans>
        </Button>
      )}
      <Button
        onClick={() => setRemoving(true)}
        disabled={own || person.status === 'leaving'}
        aria-label={t`Delete ${login}`}
      >
        <Trans>Delete…</Trans>
      </Button>
      <ConfirmByName
        open={removing}
        onClose={() => setRemoving(false)}
        title={t`Delete ${login}?`}
        name={login}
        onConfirm={() => remove.mutate({ userId })}
      >
        <Trans>
          Their workspaces with all that lies in them, their tokens and their sessions go for good. Their teams go to
          the eldest admin. There is no way back.
        </Trans>
      </ConfirmByName>
    </li>
  )
}
