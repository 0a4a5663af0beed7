import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useRef, useState } from 'react'
import type { WorkflowRunId } from '@arcx/router'
import { trpc } from '../server/client.ts'

const kept = 200_000

/** What a step has put out, as it comes. */
export function StepLog({ runId, stepId, ended }: { runId: WorkflowRunId; stepId: string | null; ended: boolean }) {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({})
  const [following, setFollowing] = useState(true)
  const box = useRef<HTMLPreElement>(null)
  useSubscription(
    trpc.workflows.logs.subscriptionOptions(
      { runId },
      {
        onData: ({ data }) =>
          setTexts((known) => ({ ...known, [data.stepId]: `${known[data.stepId] ?? ''}${data.text}`.slice(-kept) })),
      },
    ),
  )
  const text = stepId === null ? '' : (texts[stepId] ?? '')
  useEffect(() => {
    if (following && box.current !== null) box.current.scrollTop = box.current.scrollHeight
  }, [text, following])
  return (
    <pre
      ref={box}
      role="log"
      aria-label={t`Log`}
      tabIndex={0}
      translate="no"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
        setFollowing(scrollHeight - scrollTop - clientHeight < 24)
      }
      className="h-80 overflow-auto whitespace-pre-wrap break-all rounded-card border border-line bg-sunken p-3 font-mono text-[0.8125rem] leading-relaxed"
    >
      {text === '' ? (
        <span className="font-sans text-ink-soft">
          {ended ? <Trans>No output.</Trans> : <Trans>No output yet.</Trans>}
        </span>
      ) : (
        text
      )}
    </pre>
  )
}
