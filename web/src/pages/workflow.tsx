import { i18n } from '@lingui/core'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { ArrowLeft, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { TeamId, WorkflowDetails, WorkflowId } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { ConfirmByName } from '../interface/confirm-by-name.tsx'
import { Frame } from '../interface/frame.tsx'
import { Ago } from '../interface/time.tsx'
import { showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { useTeams } from '../teams/live.ts'
import { useWorkspaces } from '../workspaces/live.ts'
import { SourceEditor } from '../workflows/editor.tsx'
import { exampleFor } from '../workflows/example.ts'
import { AskBeforeLeaving } from '../workflows/leaving.tsx'
import { RunDialog } from '../workflows/run-dialog.tsx'
import { StateSign, wordOf } from '../workflows/state.tsx'
import { triggerWords } from '../workflows/words.ts'

/** A workflow's source and its runs; or a new one. */
export function WorkflowPage() {
  const { id } = useParams({ from: '/workflows/$id' })
  const { team } = useSearch({ from: '/workflows/$id' })
  const { data: teams } = useTeams()
  const { data: workspaces, error: unlisted } = useWorkspaces({ enabled: isNewPage(id) })
  const isNew = isNewPage(id)
  const { data, error } = useQuery({
    ...trpc.workflows.get.queryOptions({ workflowId: id as WorkflowId }),
    enabled: !isNew,
    retry: false,
  })
  const chosen = teams?.find((each) => (isNew ? each.name === team : each.id === data?.teamId))
  const search = chosen === undefined ? {} : { team: chosen.name }
  return (
    <Frame>
      <Link
        to="/workflows"
        search={search}
        className="mb-4 inline-flex items-center gap-1.5 text-sm text-ink-soft hover:text-ink"
      >
        <ArrowLeft size={15} aria-hidden /> <Trans>Workflows</Trans>
      </Link>
      {isNew ? (
        (workspaces === undefined && unlisted === null) || (team !== undefined && teams === undefined) ? (
          <div aria-busy className="skeleton h-40 w-full" />
        ) : team !== undefined && (chosen === undefined || chosen.role === 'viewer') ? (
          <p role="alert" className="text-bad">
            {chosen === undefined ? (
              <Trans>There is no team “{team}”, or you are not in it.</Trans>
            ) : (
              <Trans>
                You may see this team’s workflows, but not make any. Ask an admin of the team for more rights.
              </Trans>
            )}
          </p>
        ) : (
          <Editing
            workflow={null}
            initial={exampleFor(workspaces?.find(({ teamId }) => teamId === (chosen?.id ?? null))?.name)}
            teamId={chosen?.id ?? null}
            search={search}
          />
        )
      ) : error !== null && data === undefined ? (
        <p role="alert" className="text-bad">
          {refusalOf(error).message}
        </p>
      ) : data === undefined ? (
        <div aria-busy className="skeleton h-40 w-full" />
      ) : (
        <Editing key={data.id} workflow={data} initial={data.source} teamId={data.teamId} search={search} />
      )}
    </Frame>
  )
}

const isNewPage = (id: string): boolean => id === 'new'

interface ListSearch {
  readonly team?: string
}

function Editing({
  workflow,
  initial,
  teamId,
  search,
}: {
  workflow: WorkflowDetails | null
  initial: string
  teamId: TeamId | null
  search: ListSearch
}) {
  const navigate = useNavigate()
  // What is changed here: a later version by somebody else does not take its place while one writes.
  const [base, setBase] = useState({ version: workflow?.version ?? null, source: initial })
  const [source, setSource] = useState(initial)
  const [refused, setRefused] = useState(0)
  const [running, setRunning] = useState(false)
  const [removing, setRemoving] = useState(false)
  const isChanged = source !== base.source
  if (workflow !== null && workflow.version !== base.version && !isChanged) {
    setBase({ version: workflow.version, source: workflow.source })
    setSource(workflow.source)
  }
  // The button stays pressable, as a browser takes the focus from one that is disabled.
  const canSave = workflow === null || isChanged
  const mayChange = workflow === null || workflow.may.includes('change')
  const save = useMutation(
    trpc.workflows.save.mutationOptions({
      onError: (error) => showError(refusalOf(error).message),
      async onSuccess({ workflow: saved }, { source: sent }) {
        if (saved === null) return setRefused((times) => times + 1)
        setBase({ version: saved.version, source: sent })
        queryClient.setQueryData(trpc.workflows.get.queryKey({ workflowId: saved.id }), { ...saved, source: sent })
        await queryClient.invalidateQueries({ queryKey: trpc.workflows.pathKey() })
        await navigate({ to: '/workflows/$id', params: { id: saved.id }, ignoreBlocker: true })
      },
    }),
  )
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-2xl font-semibold tracking-tight break-words">
          {workflow?.name ?? <Trans>New workflow</Trans>}
        </h1>
        <div className="flex flex-wrap gap-2">
          {workflow !== null && workflow.may.includes('run') && workflow.triggers.includes('workflow_dispatch') && (
            <Button
              disabled={isChanged}
              title={isChanged ? t`Save it first` : undefined}
              onClick={() => setRunning(true)}
            >
              <Play size={15} aria-hidden /> <Trans>Run</Trans>
            </Button>
          )}
          {workflow !== null && mayChange && (
            <Button onClick={() => setRemoving(true)} aria-label={t`Delete ${workflow.name}`}>
              <Trash2 size={15} aria-hidden />
            </Button>
          )}
          {mayChange && (
            <Button
              tone={canSave ? 'primary' : 'plain'}
              busy={save.isPending}
              onClick={() => {
                if (canSave) save.mutate({ teamId, workflowId: workflow?.id ?? null, version: base.version, source })
              }}
            >
              {canSave ? <Trans>Save</Trans> : <Trans>Saved</Trans>}
            </Button>
          )}
        </div>
      </div>
      <SourceEditor source={source} onChange={setSource} readOnly={!mayChange} refused={refused} />
      {mayChange && (
        <p className="mt-2 text-sm text-ink-soft">
          <Link to="/docs/$page" params={{ page: 'workflow-reference' }} className="underline underline-offset-2">
            <Trans>Every key and step</Trans>
          </Link>{' '}
          ·{' '}
          <Link to="/docs/$page" params={{ page: 'workflows' }} className="underline underline-offset-2">
            <Trans>How to write a workflow</Trans>
          </Link>
        </p>
      )}
      <AskBeforeLeaving unsaved={isChanged} />
      {workflow !== null && <Runs workflow={workflow} />}
      {running && workflow !== null && <RunDialog workflow={workflow} onClose={() => setRunning(false)} />}
      {workflow !== null && (
        <Removing workflow={workflow} search={search} open={removing} onClose={() => setRemoving(false)} />
      )}
    </>
  )
}

function Removing({
  workflow,
  search,
  open,
  onClose,
}: {
  workflow: WorkflowDetails
  search: ListSearch
  open: boolean
  onClose: () => void
}) {
  const navigate = useNavigate()
  const remove = useMutation(
    trpc.workflows.remove.mutationOptions({
      async onSuccess() {
        await navigate({ to: '/workflows', search, ignoreBlocker: true })
        queryClient.removeQueries({ queryKey: trpc.workflows.get.queryKey({ workflowId: workflow.id }) })
        await queryClient.invalidateQueries({ queryKey: trpc.workflows.list.queryKey() })
      },
    }),
  )
  return (
    <ConfirmByName
      open={open}
      title={t`Delete ${workflow.name}`}
      name={workflow.name}
      removal={remove}
      onConfirm={() => remove.mutate({ workflowId: workflow.id })}
      onClose={onClose}
    >
      <Trans>Its runs and their logs are deleted with it, and what runs of it is ended.</Trans>
    </ConfirmByName>
  )
}

function Runs({ workflow: { id } }: { workflow: WorkflowDetails }) {
  const { data: runs } = useQuery({ ...trpc.workflows.runs.queryOptions({ workflowId: id }), refetchInterval: 3000 })
  return (
    <section className="mt-8">
      <h2 className="mb-3 text-lg font-semibold">
        <Trans>Runs</Trans>
      </h2>
      {runs === undefined ? (
        <div aria-busy className="skeleton h-20 w-full" />
      ) : runs.length === 0 ? (
        <p className="text-ink-soft">
          <Trans>It has not run yet.</Trans>
        </p>
      ) : (
        <ul className="divide-y divide-line overflow-hidden rounded-card border border-line bg-surface">
          {runs.map((run) => (
            <li key={run.id}>
              <Link
                to="/workflows/$id/runs/$run"
                params={{ id, run: run.id }}
                className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 text-sm hover:bg-accent-wash/30"
              >
                <StateSign state={run.state} />
                <span className="font-medium">#{run.number}</span>
                <span>{wordOf(run.state)}</span>
                <span className="text-ink-soft">
                  {i18n._(triggerWords[run.trigger])} · <Ago at={run.createdAt} />
                </span>
                {run.reason !== null && (
                  <span className="min-w-0 basis-full text-ink-soft break-words">{run.reason}</span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
