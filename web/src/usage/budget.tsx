import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { TeamId, Usage } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { number } from './amounts.ts'

/** How much of the month's budget is used, and for those who may, what it is. */
export function Budget({ teamId, usage, mayChange }: { teamId: TeamId | null; usage: Usage; mayChange: boolean }) {
  const { budget, hoursThisMonth } = usage
  const [hours, setHours] = useState(budget === null ? '' : String(budget.hours))
  const [hardStop, setHardStop] = useState(budget?.hardStop ?? false)
  const save = useMutation(
    trpc.usage.setBudget.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.usage.mine.queryKey() })
        await queryClient.invalidateQueries({ queryKey: trpc.usage.ofTeam.queryKey() })
      },
      onError: (error) => showError(refusalOf(error).message),
    }),
  )
  const share = budget === null ? 0 : hoursThisMonth / budget.hours
  return (
    <section aria-labelledby="budget" className="mb-6 rounded-card border border-line bg-surface p-4 text-sm">
      <h2 id="budget" className="mb-2 font-medium">
        <Trans>Monthly budget</Trans>
      </h2>
      {budget === null ? (
        <p className="text-ink-soft">
          <Trans>No budget is set. Hours awake since the month began: {number(hoursThisMonth)}</Trans>
        </p>
      ) : (
        <>
          <p className={share >= 1 ? 'text-bad' : share >= 0.8 ? 'text-busy' : ''}>
            <Trans>
              {number(hoursThisMonth)} of {number(budget.hours)} hours awake
            </Trans>
            {share >= 1 && budget.hardStop && (
              <>
                {' · '}
                <Trans>nothing is started until the next month</Trans>
              </>
            )}
          </p>
          <meter
            className="mt-1 h-2 w-full"
            aria-label={t`Used of the budget`}
            min={0}
            max={budget.hours}
            high={budget.hours * 0.8}
            value={Math.min(hoursThisMonth, budget.hours)}
          />
        </>
      )}
      {mayChange && (
        <form
          className="mt-3 flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate({ teamId, budget: hours === '' ? null : { hours: Number(hours), hardStop } })
          }}
        >
          <label className="flex flex-col gap-1">
            <Trans>Hours awake a month (empty for no budget)</Trans>
            <input
              type="number"
              min={1}
              max={1_000_000}
              className={`${inputClass} !h-9 !w-36`}
              value={hours}
              onChange={(event) => setHours(event.target.value)}
            />
          </label>
          <label className="flex items-center gap-2 pb-2">
            <input type="checkbox" checked={hardStop} onChange={(event) => setHardStop(event.target.checked)} />
            <Trans>Stop everything once it is used up</Trans>
          </label>
          <Button type="submit" busy={save.isPending}>
            <Trans>Save budget</Trans>
          </Button>
        </form>
      )}
    </section>
  )
}
