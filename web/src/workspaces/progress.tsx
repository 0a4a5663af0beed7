import { t } from '@lingui/core/macro'
import { Check } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import type { Workspace } from '@arcx/router'
import { host } from '../host/host.ts'
import { startSteps } from './start-steps.ts'
import { stepInWords } from './step-words.ts'

/** How far a workspace's start is. */
export function StartProgress({ state, step }: Pick<Workspace, 'state' | 'step'>) {
  const connection = useSyncExternalStore(host.connection.subscribe, host.connection.get)
  const steps = startSteps(step, connection === 'open')
  const at =
    state === 'running'
      ? steps.length
      : Math.max(
          0,
          steps.findIndex((name) => name === step),
        )
  return (
    <ol aria-label={t`Progress`} className="flex flex-col gap-2.5">
      {steps.map((name, index) => {
        const done = index < at
        const now = index === at
        return (
          <li
            key={name}
            aria-current={now ? 'step' : undefined}
            className={`flex items-center gap-3 text-sm ${done || now ? 'text-ink' : 'text-ink-soft opacity-60'}`}
          >
            <span
              className={`grid size-5 place-items-center rounded-full border ${done ? 'border-transparent bg-accent text-on-accent' : now ? 'border-accent' : 'border-line-strong'}`}
            >
              {done ? (
                <Check size={12} strokeWidth={3} aria-hidden />
              ) : now ? (
                <span className="size-2 rounded-full bg-accent pulse-dot" />
              ) : null}
            </span>
            {name === 'connecting' ? t`Connecting to the server` : stepInWords(name)}
          </li>
        )
      })}
    </ol>
  )
}
