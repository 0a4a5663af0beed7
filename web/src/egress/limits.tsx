import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Plus, Trash2 } from 'lucide-react'
import type { EgressLimit } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { problemOf } from '../server/error.ts'

/** A limit as it is typed. */
export interface TypedLimit {
  readonly key: number
  readonly host: string
  readonly requests: string
  readonly megabytes: string
}

export const typed = ({ host, requestsPerMinute, megabytesPerHour }: EgressLimit, key: number): TypedLimit => ({
  key,
  host,
  requests: String(requestsPerMinute ?? ''),
  megabytes: String(megabytesPerHour ?? ''),
})

/** What was typed, as a limit; what is empty has no bound. */
export function limitOf({ host, requests, megabytes }: TypedLimit): EgressLimit {
  const number = (text: string) => (text.trim() === '' ? null : Number(text))
  return { host: host.trim(), requestsPerMinute: number(requests), megabytesPerHour: number(megabytes) }
}

/** How often, and how much, each workspace may call a host. */
export function Limits({
  limits,
  problem,
  onChange,
}: {
  limits: readonly TypedLimit[]
  problem: unknown
  onChange: (limits: readonly TypedLimit[]) => void
}) {
  const change = (key: number, changes: Partial<TypedLimit>) =>
    onChange(limits.map((limit) => (limit.key === key ? { ...limit, ...changes } : limit)))
  return (
    <div className="flex flex-col gap-2 text-sm">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Trans>Limits for each workspace</Trans>
        <Button
          onClick={() =>
            onChange([
              ...limits,
              { key: Math.max(-1, ...limits.map(({ key }) => key)) + 1, host: '', requests: '', megabytes: '' },
            ])
          }
        >
          <Plus size={15} aria-hidden /> <Trans>Add limit</Trans>
        </Button>
      </div>
      {limits.map((limit, index) => (
        <div key={limit.key} className="flex flex-wrap items-center gap-2">
          <input
            aria-label={t`Host`}
            className={`${inputClass} !h-9 !w-auto min-w-0 flex-1 basis-40 font-mono`}
            value={limit.host}
            aria-invalid={problemOf(problem, `limits.${index}.host`) !== null}
            onChange={(event) => change(limit.key, { host: event.target.value })}
            placeholder={t`api.example.com, or * for all`}
            autoCapitalize="none"
            spellCheck={false}
          />
          <label className="flex items-center gap-1.5">
            <input
              type="number"
              min={1}
              className={`${inputClass} !h-9 !w-28`}
              value={limit.requests}
              aria-invalid={problemOf(problem, `limits.${index}.requestsPerMinute`) !== null}
              onChange={(event) => change(limit.key, { requests: event.target.value })}
              placeholder={t`no limit`}
            />{' '}
            <Trans>requests per minute</Trans>
          </label>
          <label className="flex items-center gap-1.5">
            <input
              type="number"
              min={1}
              className={`${inputClass} !h-9 !w-28`}
              value={limit.megabytes}
              aria-invalid={problemOf(problem, `limits.${index}.megabytesPerHour`) !== null}
              onChange={(event) => change(limit.key, { megabytes: event.target.value })}
              placeholder={t`no limit`}
            />{' '}
            <Trans>MB per hour</Trans>
          </label>
          <Button
            tone="ghost"
            aria-label={t`Remove the limit for ${limit.host || t`no host`}`}
            onClick={() => onChange(limits.filter(({ key }) => key !== limit.key))}
          >
            <Trash2 size={15} aria-hidden />
          </Button>
          <Problem>{problemOf(problem, `limits.${index}`)}</Problem>
        </div>
      ))}
    </div>
  )
}

/** What is wrong with what was typed above it. */
export function Problem({ children }: { children: string | null }) {
  if (children === null) return null
  return (
    <span role="alert" className="w-full text-sm break-words text-bad">
      {children}
    </span>
  )
}
