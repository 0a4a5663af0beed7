import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { ArrowLeft, LogOut, Pencil, Plus, Trash2 } from 'lucide-react'
import { Suspense, useState } from 'react'
import type { TeamDetails, TeamRight, TeamRole } from '@arcx/router'
import { Subscription } from '../billing/subscription.tsx'
import { Button, buttonClass } from '../interface/button.tsx'
import { ConfirmByName } from '../interface/confirm-by-name.tsx'
import { Frame } from '../interface/frame.tsx'
import { lazyNamed } from '../interface/lazy-named.ts'
import { showError } from '../interface/toasts.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { EventEndpoints } from '../event-webhooks/endpoints.tsx'
import { Rules } from '../egress/rules.tsx'
import { useLiveTeamPresence } from '../presence/live.ts'
import { PresencePanel } from '../presence/panel.tsx'
import { Secrets } from '../secrets/secrets.tsx'
import { InviteForm } from '../teams/invite-form.tsx'
import { teamsChanged, useLiveTeams, useTeam } from '../teams/live.ts'
import { Members } from '../teams/members.tsx'
import { RenameTeam } from '../teams/rename-team.tsx'
import { useLiveWorkspaces, useWorkspaces } from '../workspaces/live.ts'
import { WorkspaceRow } from '../workspaces/row.tsx'

const CreateDialog = lazyNamed(() => import('../workspaces/create-dialog.tsx'), 'CreateDialog')

const roleSentences: Readonly<Record<TeamRole, MessageDescriptor>> = {
  owner: msg`You are its owner.`,
  admin: msg`You are its admin.`,
  member: msg`You are a member.`,
  viewer: msg`You are a viewer.`,
}

export function TeamPage() {
  useLiveTeams()
  useLiveWorkspaces()
  const { name } = useParams({ from: '/teams/$name' })
  const { data: team, error } = useTeam(name)
  return (
    <Frame>
      <Link to="/teams" className="mb-4 inline-flex items-center gap-1.5 text-sm text-ink-soft hover:text-ink">
        <ArrowLeft size={15} aria-hidden /> <Trans>Teams</Trans>
      </Link>
      {error !== null ? (
        <div role="alert" className="rounded-card border border-line bg-surface p-8 text-center">
          <h1 className="text-lg font-semibold">
            <Trans>There is no team called {name}</Trans>
          </h1>
          <p className="mb-4 mt-1 text-ink-soft">{refusalOf(error).message}</p>
          <Link to="/teams" className={buttonClass('primary')}>
            <Trans>To your teams</Trans>
          </Link>
        </div>
      ) : team === undefined ? (
        <div aria-busy className="flex flex-col gap-4">
          <div className="skeleton h-8 w-56" />
          <div className="skeleton h-32 w-full" />
        </div>
      ) : (
        <TeamView team={team} />
      )}
    </Frame>
  )
}

function TeamView({ team }: { team: TeamDetails }) {
  useLiveTeamPresence(team.id)
  const may = (operation: TeamRight) => team.may.includes(operation)
  const navigate = useNavigate()
  const { data: workspaces } = useWorkspaces()
  const [dialog, setDialog] = useState<'rename' | 'remove' | 'create' | 'leave' | null>(null)
  const gone = {
    onMutate: () => void navigate({ to: '/teams' }),
    onSuccess: teamsChanged,
    onError: (error: unknown) => showError(refusalOf(error).message),
  }
  const leave = useMutation(trpc.teams.leave.mutationOptions(gone))
  const remove = useMutation(trpc.teams.remove.mutationOptions(gone))
  const own = workspaces?.filter(({ teamId }) => teamId === team.id)
  return (
    <>
      <div className="mb-6 flex flex-wrap items-center gap-3">
        <div className="min-w-0 flex-1 basis-60">
          <h1 className="text-2xl font-semibold tracking-tight break-all">{team.name}</h1>
          <p className="text-sm text-ink-soft">{i18n._(roleSentences[team.role])}</p>
        </div>
        {may('rename') && (
          <Button onClick={() => setDialog('rename')}>
            <Pencil size={15} aria-hidden /> <Trans>Rename</Trans>
          </Button>
        )}
        {may('leave') && (
          <Button onClick={() => setDialog('leave')}>
            <LogOut size={15} aria-hidden /> <Trans>Leave…</Trans>
          </Button>
        )}
        {may('remove') && (
          <Button tone="danger" onClick={() => setDialog('remove')}>
            <Trash2 size={15} aria-hidden /> <Trans>Delete…</Trans>
          </Button>
        )}
      </div>

      <section aria-labelledby="team-workspaces" className="mb-8">
        <div className="mb-2 flex items-center justify-between gap-2">
          <h2 id="team-workspaces" className="text-sm text-ink-soft">
            <Trans>Workspaces</Trans>
          </h2>
          {may('create') && (
            <Button onClick={() => setDialog('create')}>
              <Plus size={16} aria-hidden /> <Trans>New workspace</Trans>
            </Button>
          )}
        </div>
        {own === undefined ? (
          <div aria-busy className="skeleton h-16 w-full" />
        ) : own.length === 0 ? (
          <p className="rounded-card border border-dashed border-line-strong p-6 text-center text-ink-soft">
            <Trans>The team has no workspace yet.</Trans>
          </p>
        ) : (
          <ul className="divide-y divide-line overflow-hidden rounded-card border border-line bg-surface">
            {own.map((workspace) => (
              <WorkspaceRow key={workspace.id} workspace={workspace} />
            ))}
          </ul>
        )}
      </section>

      <PresencePanel scope={team.id} />
      <Members team={team} />
      {may('invite') && <Subscription teamId={team.id} mayOrder={team.role === 'owner'} />}
      {may('invite') && <InviteForm team={team} />}
      <Secrets owner={{ teamId: team.id, workspaceId: null }} mayChange={may('change-secrets')} />
      <Rules owner={{ teamId: team.id, workspaceId: null }} mayChange={may('change-rules')} />
      {may('change-webhooks') && <EventEndpoints teamId={team.id} />}

      {dialog === 'create' && (
        <Suspense>
          <CreateDialog open onClose={() => setDialog(null)} teamId={team.id} />
        </Suspense>
      )}
      {dialog === 'rename' && <RenameTeam team={team} onClose={() => setDialog(null)} />}
      <ConfirmByName
        open={dialog === 'leave'}
        onClose={() => setDialog(null)}
        title={t`Leave ${team.name}?`}
        action={{ ask: (shown) => <Trans>Type {shown} to leave it</Trans>, button: t`Leave` }}
        name={team.name}
        onConfirm={() => leave.mutate({ teamId: team.id })}
      >
        <Trans>You lose its workspaces and secrets at once. To come back you have to be invited.</Trans>
      </ConfirmByName>
      <ConfirmByName
        open={dialog === 'remove'}
        onClose={() => setDialog(null)}
        title={t`Delete the team ${team.name}?`}
        name={team.name}
        onConfirm={() => remove.mutate({ teamId: team.id })}
      >
        <Plural
          value={team.workspaceCount}
          one="Its workspace with all that lies in it and every membership go for good. There is no way back."
          other="Its # workspaces with all that lies in them and every membership go for good. There is no way back."
        />
      </ConfirmByName>
    </>
  )
}
