import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { TierLimits, TieredTeam } from '@arcx/router'
import { allTiers, tierName } from '../account/names.ts'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { showError } from '../interface/toasts.ts'
import { Subscriptions } from './subscriptions.tsx'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'

const onError = (error: unknown) => showError(refusalOf(error).message)

/** What each plan holds, and which teams have one of their own. */
export function Plans() {
  const { data: tiers, error } = useQuery(trpc.admin.tiers.list.queryOptions())
  return (
    <>
      <p className="mb-4 text-sm text-ink-soft">
        <Trans>
          Where you lower a limit, what is there already stays and goes on. Only what would be new is refused.
        </Trans>
      </p>
      {error !== null ? (
        <p role="alert" className="text-bad">
          {refusalOf(error).message}
        </p>
      ) : tiers === undefined ? (
        <div aria-busy className="skeleton h-40 w-full" />
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {tiers.map((limits) => (
            <Plan key={JSON.stringify(limits)} limits={limits} />
          ))}
        </ul>
      )}
      <TeamPlans />
      <Subscriptions />
    </>
  )
}

function Plan({ limits }: { limits: TierLimits }) {
  // As typed: an empty field is no number, and not 0.
  const [typed, setTyped] = useState({ workspaces: String(limits.workspaces), members: String(limits.members) })
  const wanted = { ...limits, workspaces: Number(typed.workspaces), members: Number(typed.members) }
  const update = useMutation(
    trpc.admin.tiers.update.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.admin.tiers.list.queryKey() }),
      onError,
    }),
  )
  const plan = tierName(limits.tier)
  const isChanged = typed.workspaces !== String(limits.workspaces) || typed.members !== String(limits.members)
  return (
    <li className="px-4 py-3">
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          update.mutate(wanted)
        }}
      >
        <span className="flex-1 basis-full self-center font-medium sm:basis-24">{plan}</span>
        <label className="flex flex-col gap-1 text-sm">
          <Trans>Workspaces</Trans>
          <input
            type="number"
            min={0}
            max={100_000}
            required
            aria-label={t`Workspaces of ${plan}`}
            className={`${inputClass} !h-9 !w-32`}
            value={typed.workspaces}
            onChange={(event) => setTyped({ ...typed, workspaces: event.target.value })}
          />
        </label>
        <label className="flex flex-col gap-1 text-sm">
          <Trans>Members of a team</Trans>
          <input
            type="number"
            min={1}
            max={100_000}
            required
            aria-label={t`Members of a team of ${plan}`}
            className={`${inputClass} !h-9 !w-32`}
            value={typed.members}
            onChange={(event) => setTyped({ ...typed, members: event.target.value })}
          />
        </label>
        <Button type="submit" disabled={!isChanged} busy={update.isPending} aria-label={t`Save ${plan}`}>
          <Trans>Save</Trans>
        </Button>
      </form>
    </li>
  )
}

function TeamPlans() {
  const { data: teams } = useQuery(trpc.admin.teams.list.queryOptions())
  return (
    <>
      <h2 className="mb-2 mt-8 text-sm text-ink-soft">
        <Trans>Teams</Trans>
      </h2>
      {teams === undefined ? (
        <div aria-busy className="skeleton h-16 w-full" />
      ) : teams.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-6 text-center text-ink-soft">
          <Trans>There are no teams yet.</Trans>
        </p>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {teams.map((team) => (
            <TeamPlan key={team.id} team={team} />
          ))}
        </ul>
      )}
    </>
  )
}

function TeamPlan({ team }: { team: TieredTeam }) {
  const setTier = useMutation(
    trpc.admin.teams.setTier.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.admin.teams.list.queryKey() }),
      onError,
    }),
  )
  const { id: teamId, name, ownerLogin, members, workspaces } = team
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-48">
        <div className="font-medium break-words">{name}</div>
        <div className="text-sm text-ink-soft">
          <Trans>
            owned by {ownerLogin ?? '–'} · members: {members} · workspaces: {workspaces}
          </Trans>
        </div>
      </div>
      <select
        aria-label={t`Plan of ${name}`}
        className={`${inputClass} !h-9 !w-auto`}
        value={team.tier ?? ''}
        disabled={setTier.isPending}
        onChange={({ target: { value } }) =>
          setTier.mutate({ teamId, tier: allTiers.find((tier) => tier === value) ?? null })
        }
      >
        <option value="">{t`As its owner’s`}</option>
        {allTiers.map((tier) => (
          <option key={tier} value={tier}>
            {tierName(tier)}
          </option>
        ))}
      </select>
    </li>
  )
}
