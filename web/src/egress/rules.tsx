import { i18n } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { EgressRules } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { offerUndo } from '../interface/toasts.ts'
import { queryClient, trpc, trpcClient } from '../server/client.ts'
import { problemBeside, problemOf } from '../server/error.ts'
import { listed, whoseWorkspaces } from './owner.ts'
import type { Owner } from './owner.ts'
import { Limits, Problem, limitOf, typed } from './limits.tsx'
import type { TypedLimit } from './limits.tsx'

const presets = [
  ['preset:packages', msg`package registries`],
  ['preset:github', msg`GitHub`],
  ['preset:ai', msg`AI providers`],
] as const

/** Where workspaces of a person, or of a team, may go, or a single one. */
export function Rules({ owner, mayChange }: { owner: Owner; mayChange: boolean }) {
  const { data: rules } = useQuery(trpc.egress.rules.queryOptions(owner))
  // Here, and not in the form, which is made anew for other rules and could not tell any more that they are kept.
  const changed = () => queryClient.invalidateQueries({ queryKey: trpc.egress.rules.pathKey() })
  const set = useMutation(
    trpc.egress.setRules.mutationOptions({
      onMutate: () => rules,
      async onSuccess(_kept, _wanted, before) {
        await changed()
        if (before === undefined) return
        offerUndo(t`Settings saved`, t`Undo`, async () => {
          await trpcClient.egress.setRules.mutate({ ...owner, ...before })
          await changed()
        })
      },
    }),
  )
  return (
    <section aria-labelledby="egress" className="mt-8">
      <h2 id="egress" className="mb-2 text-sm text-ink-soft">
        <Trans>Network access of {whoseWorkspaces(owner)}</Trans>
      </h2>
      {rules === undefined ? (
        <div aria-busy className="skeleton h-[23rem] w-full" />
      ) : (
        <Form
          key={JSON.stringify(rules)}
          rules={rules}
          mayChange={mayChange}
          state={{ busy: set.isPending, kept: set.isSuccess, problem: set.error }}
          onSave={(wanted) => set.mutate({ ...owner, ...wanted })}
        />
      )}
    </section>
  )
}

interface Saving {
  readonly busy: boolean
  readonly kept: boolean
  readonly problem: unknown
}

function Form({
  rules,
  mayChange,
  state,
  onSave,
}: {
  rules: EgressRules
  mayChange: boolean
  state: Saving
  onSave: (rules: EgressRules) => void
}) {
  const [fallback, setFallback] = useState(rules.fallback)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    new Set(rules.allow.filter((each) => each.startsWith('preset:'))),
  )
  const [allow, setAllow] = useState(rules.allow.filter((each) => !each.startsWith('preset:')).join(' '))
  const [deny, setDeny] = useState(rules.deny.join(' '))
  const [limits, setLimits] = useState<readonly TypedLimit[]>(rules.limits.map(typed))
  const [found, setFound] = useState(rules.found)
  const [pasted, setPasted] = useState(rules.pasted)
  const problem = problemBeside(state.problem, ['allow', 'deny', 'limits'])
  return (
    <form
      className="flex flex-col gap-3 rounded-card border border-line bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault()
        onSave({
          fallback,
          allow: [...chosen, ...listed(allow)],
          deny: listed(deny),
          limits: limits.map(limitOf),
          found,
          pasted,
        })
      }}
    >
      <fieldset disabled={!mayChange} className="contents">
        <label className="flex flex-wrap items-center gap-2 text-sm">
          <Trans>Hosts that are not listed</Trans>
          <select
            className={`${inputClass} !h-9 !w-auto`}
            value={fallback}
            onChange={(event) => setFallback(event.target.value === 'closed' ? 'closed' : 'open')}
          >
            <option value="open">
              <Trans>are allowed</Trans>
            </option>
            <option value="closed">
              <Trans>are blocked</Trans>
            </option>
          </select>
        </label>
        {fallback === 'closed' && (
          <>
            <div className="flex flex-wrap gap-x-4 gap-y-2 text-sm">
              {presets.map(([preset, words]) => (
                <label key={preset} className="flex items-center gap-2">
                  <input
                    type="checkbox"
                    className="accent-accent"
                    checked={chosen.has(preset)}
                    onChange={() =>
                      setChosen(
                        (before) =>
                          new Set(
                            before.has(preset) ? [...before].filter((each) => each !== preset) : [...before, preset],
                          ),
                      )
                    }
                  />{' '}
                  {i18n._(words)}
                </label>
              ))}
            </div>
            <label className="flex flex-col gap-1 text-sm">
              <Trans>Allowed hosts</Trans>
              <input
                className={`${inputClass} !h-9 font-mono`}
                value={allow}
                aria-invalid={problemOf(state.problem, 'allow') !== null}
                onChange={(event) => setAllow(event.target.value)}
                placeholder="api.example.com *.internal.example"
                autoCapitalize="none"
                spellCheck={false}
              />
              <Problem>{problemOf(state.problem, 'allow')}</Problem>
            </label>
          </>
        )}
        <label className="flex flex-col gap-1 text-sm">
          <Trans>Denied hosts</Trans>
          <input
            className={`${inputClass} !h-9 font-mono`}
            value={deny}
            aria-invalid={problemOf(state.problem, 'deny') !== null}
            onChange={(event) => setDeny(event.target.value)}
            placeholder={t`none`}
            autoCapitalize="none"
            spellCheck={false}
          />
          <Problem>{problemOf(state.problem, 'deny')}</Problem>
        </label>
        <Limits limits={limits} problem={state.problem} onChange={setLimits} />
        <label className="flex flex-wrap items-center gap-2 text-sm">
          <Trans>API keys in requests to a host they are not for</Trans>
          <select
            className={`${inputClass} !h-9 !w-auto`}
            value={pasted}
            onChange={(event) => setPasted(choice(event.target.value, ['refuse', 'observe', 'off'] as const))}
          >
            <option value="refuse">
              <Trans>block the request</Trans>
            </option>
            <option value="observe">
              <Trans>record only</Trans>
            </option>
            <option value="off">
              <Trans>ignore</Trans>
            </option>
          </select>
          <Explained>
            <Trans>For example an AWS key on its way to a host that is not AWS.</Trans>
          </Explained>
        </label>
        <label className="flex flex-wrap items-center gap-2 text-sm">
          <Trans>Credentials in responses, other than your secrets</Trans>
          <select
            className={`${inputClass} !h-9 !w-auto`}
            value={found}
            onChange={(event) => setFound(choice(event.target.value, ['off', 'observe', 'redact'] as const))}
          >
            <option value="off">
              <Trans>ignore</Trans>
            </option>
            <option value="observe">
              <Trans>record only</Trans>
            </option>
            <option value="redact">
              <Trans>redact</Trans>
            </option>
          </select>
          <Explained>
            <Trans>
              For example a token that a service has just issued: a program that needs it cannot use it once it is
              redacted.
            </Trans>
          </Explained>
        </label>
        {problem !== null && (
          <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm break-words text-bad">
            {problem}
          </p>
        )}
        {!mayChange && (
          <p className="text-sm text-ink-soft">
            <Trans>Only the owner and admins of the team can change these rules.</Trans>
          </p>
        )}
        {mayChange && (
          <div className="flex items-center justify-end gap-3">
            <span role="status" className="text-sm text-good">
              {state.kept ? t`Saved. It applies from the next request on.` : ''}
            </span>
            <Button type="submit" busy={state.busy}>
              <Trans>Save</Trans>
            </Button>
          </div>
        )}
      </fieldset>
    </form>
  )
}

function Explained({ children }: { children: ReactNode }) {
  return <span className="w-full text-sm text-ink-soft">{children}</span>
}

const choice = <T extends string>(text: string, options: readonly [T, ...T[]]): T =>
  options.find((each) => each === text) ?? options[0]
