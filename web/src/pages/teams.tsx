import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Plus, Users } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../interface/button.tsx'
import { Frame } from '../interface/frame.tsx'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { isPending } from '../server/optimistic.ts'
import { roleName } from '../teams/roles.ts'
import { Invitations } from '../teams/invitations.tsx'
import { teamsChanged, useLiveTeams, useTeams } from '../teams/live.ts'
import { NameDialog } from '../workspaces/name-dialog.tsx'

export function TeamsPage() {
  useLiveTeams()
  const { data: teams, error, refetch } = useTeams()
  const [creating, setCreating] = useState(false)
  return (
    <Frame>
      <Invitations />
      <div className="mb-6 flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-2xl font-semibold tracking-tight">
          <Trans>Teams</Trans>
        </h1>
        <Button tone="primary" onClick={() => setCreating(true)}>
          <Plus size={16} aria-hidden /> <Trans>New team</Trans>
        </Button>
      </div>
      {error !== null && teams === undefined ? (
        <div role="alert" className="rounded-card border border-line bg-surface p-6">
          <p className="font-medium">
            <Trans>The teams could not be loaded.</Trans>
          </p>
          <p className="mb-4 text-ink-soft">{refusalOf(error).message}</p>
          <Button onClick={() => void refetch()}>
            <Trans>Try again</Trans>
          </Button>
        </div>
      ) : teams === undefined ? (
        <div aria-busy className="skeleton h-20 w-full" />
      ) : teams.length === 0 ? (
        <div className="flex flex-col items-center gap-4 rounded-card border border-dashed border-line-strong bg-surface px-6 py-14 text-center">
          <Users size={40} aria-hidden className="text-accent" />
          <div>
            <h2 className="text-lg font-semibold">
              <Trans>Work in the same workspaces</Trans>
            </h2>
            <p className="mx-auto mt-1 max-w-md text-ink-soft">
              <Trans>
                A team’s workspaces are open to its members, each in the role you give them. Invite by a link or by
                GitHub login.
              </Trans>
            </p>
          </div>
          <Button tone="primary" onClick={() => setCreating(true)}>
            <Plus size={16} aria-hidden /> <Trans>Create a team</Trans>
          </Button>
        </div>
      ) : (
        <ul className="divide-y divide-line overflow-hidden rounded-card border border-line bg-surface">
          {teams.map((team) => (
            <li
              key={team.id}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3.5 hover:bg-accent-wash/30"
            >
              <span className="min-w-0 flex-1 basis-48 font-medium break-all">
                {isPending(team) ? (
                  team.name
                ) : (
                  <Link to="/teams/$name" params={{ name: team.name }} className="hover:underline underline-offset-4">
                    {team.name}
                  </Link>
                )}
              </span>
              <span className="text-sm text-ink-soft">
                <Plural value={team.memberCount} one="# member" other="# members" /> ·{' '}
                <Plural value={team.workspaceCount} one="# workspace" other="# workspaces" />
              </span>
              <span className="rounded-full border border-line px-2.5 py-0.5 text-xs">{roleName(team.role)}</span>
            </li>
          ))}
        </ul>
      )}
      {creating && <CreateTeam onClose={() => setCreating(false)} />}
    </Frame>
  )
}

function CreateTeam({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate()
  const create = useMutation(
    trpc.teams.create.mutationOptions({
      async onSuccess(team) {
        await teamsChanged()
        await navigate({ to: '/teams/$name', params: { name: team.name } })
      },
    }),
  )
  return (
    <NameDialog
      title={t`New team`}
      label={t`Name`}
      hint={t`Lower-case letters, digits and hyphens. Members see it, and the CLI takes it.`}
      button={t`Create`}
      asking={create}
      onName={(name) => create.mutate({ name })}
      onClose={onClose}
    />
  )
}
