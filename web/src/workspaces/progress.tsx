import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Check } from 'lucide-react'
import type { Workspace } from '@arcx/router'
import { startSteps } from './start-steps.ts'
import type { StartStep } from './start-steps.ts'

const words: Record<StartStep, MessageDescriptor> = {
  'Waiting for its turn': msg`Waiting for its turn`,
  Restarting: msg`Restarting`,
  'Restarting under its new name': msg`Restarting under its new name`,
  'Starting again': msg`Starting again`,
  'Preparing the home directory': msg`Preparing the home directory`,
  'Starting the container': msg`Starting the container`,
  'Waiting for VS Code': msg`Waiting for VS Code`,
}

/** How far a workspace's start is. */
export function StartProgress({ state, step }: Pick<Workspace, 'state' | 'step'>) {
  const steps = startSteps(step)
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
            {i18n._(words[name])}
          </li>
        )
      })}
    </ol>
  )
}
