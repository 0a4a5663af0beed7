import { i18n } from '@lingui/core'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useSubscription } from '@trpc/tanstack-react-query'
import { ArrowLeft, Ban, Check, RotateCw, X } from 'lucide-react'
import { useState } from 'react'
import type { WorkflowId, WorkflowRunDetails, WorkflowRunId } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { Frame } from '../interface/frame.tsx'
import { Ago } from '../interface/time.tsx'
import { showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { RunGraph } from '../workflows/graph.tsx'
import { StepLog } from '../workflows/log.tsx'
import { StateSign, wordOf } from '../workflows/state.tsx'
import { triggerWords } from '../workflows/words.ts'

const onError = (error: unknown) => showError(refusalOf(error).message)

/** A run as it goes: its jobs, what they put out, and what a person may do with it. */
export function WorkflowRunPage() {
  const params = useParams({ from: '/workflows/$id/runs/$run' })
  const runId = params.run as WorkflowRunId
  const { data: run, error } = useQuery({ ...trpc.workflows.runOf.queryOptions({ runId }), retry: false })
  useSubscription(
    trpc.workflows.onRun.subscriptionOptions(
      { runId },
      { onData: ({ data }) => queryClient.setQueryData(trpc.workflows.runOf.queryKey({ runId }), data) },
    ),
  )
  const { data: workflow } = useQuery({
    ...trpc.workflows.get.queryOptions({ workflowId: params.id as WorkflowId }),
    retry: false,
  })
  return (
    <Frame>
      <Link
        to="/workflows/$id"
        params={{ id: params.id }}
        className="mb-4 inline-flex items-center gap-1.5 text-sm text-ink-soft hover:text-ink"
      >
        <ArrowLeft size={15} aria-hidden /> {run?.workflowName ?? <Trans>Workflow</Trans>}
      </Link>
      {error !== null && run === undefined ? (
        <p role="alert" className="text-bad">
          {refusalOf(error).message}
        </p>
      ) : run === undefined ? (
        <div aria-busy className="skeleton h-40 w-full" />
      ) : (
        <Run key={run.id} run={run} mayRun={workflow?.may.includes('run') === true} />
      )}
    </Frame>
  )
}

function Run({ run, mayRun }: { run: WorkflowRunDetails; mayRun: boolean }) {
  const steps = run.jobs.flatMap((job) => job.steps)
  const [picked, setPicked] = useState<string | null>(null)
  const current =
    steps.find(({ state }) => state === 'running' || state === 'waiting') ??
    steps.find(({ state }) => state === 'failed')
  const chosen = picked ?? current?.id ?? steps[0]?.id ?? null
  const step = steps.find(({ id }) => id === chosen)
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
        <div>
          <h1 className="flex items-center gap-2 text-2xl font-semibold tracking-tight break-words">
            <StateSign state={run.state} size={22} /> {run.workflowName} #{run.number}
          </h1>
          <p className="text-sm text-ink-soft">
            {run.stopping && run.endedAt === null ? <Trans>Stopping</Trans> : wordOf(run.state)} ·{' '}
            <Trans>started {i18n._(triggerWords[run.trigger])}</Trans> · <Ago at={run.createdAt} />
          </p>
          {run.reason !== null && <p className="mt-1 text-sm break-words">{run.reason}</p>}
        </div>
        {mayRun && <Actions run={run} />}
      </div>
      <Approvals run={run} mayRun={mayRun} />
      <RunGraph jobs={run.jobs} chosen={chosen} onChoose={({ id }) => setPicked(id)} />
      <h2 className="mt-6 mb-2 text-sm font-medium break-words">{step?.name ?? <Trans>Log</Trans>}</h2>
      {step !== undefined && step.reason !== null && (
        <p className="mb-2 rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad break-words">{step.reason}</p>
      )}
      <StepLog runId={run.id} stepId={chosen} ended={step !== undefined && step.endedAt !== null} />
    </>
  )
}

function Actions({ run }: { run: WorkflowRunDetails }) {
  const navigate = useNavigate()
  const cancel = useMutation(trpc.workflows.cancel.mutationOptions({ onError }))
  const rerun = useMutation(
    trpc.workflows.rerun.mutationOptions({
      onError,
      onSuccess: ({ id }) => navigate({ to: '/workflows/$id/runs/$run', params: { id: run.workflowId, run: id } }),
    }),
  )
  if (run.endedAt === null)
    return (
      <Button busy={cancel.isPending} onClick={() => cancel.mutate({ runId: run.id })}>
        <Ban size={15} aria-hidden />{' '}
        {run.stopping ? <Trans>End the clean-up, too</Trans> : <Trans>Cancel the run</Trans>}
      </Button>
    )
  return (
    <Button busy={rerun.isPending} onClick={() => rerun.mutate({ runId: run.id })}>
      <RotateCw size={15} aria-hidden />
      {run.state === 'succeeded' ? <Trans>Run again</Trans> : <Trans>Run again from what failed</Trans>}
    </Button>
  )
}

/** What waits for a person. */
function Approvals({ run, mayRun }: { run: WorkflowRunDetails; mayRun: boolean }) {
  const approve = useMutation(trpc.workflows.approve.mutationOptions({ onError }))
  const questions = [
    ...(run.state === 'unapproved'
      ? [{ stepId: null, text: t`What started this run came from outside. May it use the rights of this workflow?` }]
      : []),
    ...run.jobs.flatMap(({ steps }) =>
      steps.flatMap(({ id, question }) => (question === null ? [] : [{ stepId: id, text: question }])),
    ),
  ]
  return questions.map(({ stepId, text }) => (
    <div
      key={stepId}
      role="group"
      aria-label={t`Approval`}
      className="mb-4 flex flex-wrap items-center gap-3 rounded-card border border-line-strong bg-raised px-4 py-3"
    >
      <p className="min-w-0 flex-1 basis-56 break-words">{text}</p>
      {mayRun ? (
        <div className="flex gap-2">
          <Button tone="primary" busy={approve.isPending} onClick={() => approve.mutate({ runId: run.id, stepId })}>
            <Check size={15} aria-hidden /> <Trans>Approve</Trans>
          </Button>
          <Button busy={approve.isPending} onClick={() => approve.mutate({ runId: run.id, stepId, accept: false })}>
            <X size={15} aria-hidden /> <Trans>Decline</Trans>
          </Button>
        </div>
      ) : (
        <p className="text-sm text-ink-soft">
          <Trans>Waits for somebody who may run this workflow.</Trans>
        </p>
      )}
    </div>
  ))
}
