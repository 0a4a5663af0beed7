import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Users } from 'lucide-react'
import { Button } from '../interface/button.tsx'
import { showError } from '../interface/toasts.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { useOptimistic } from '../server/optimistic.ts'
import { optimisticInvitations } from './optimistic.ts'
import { aRole } from './roles.ts'
import { teamsChanged } from './live.ts'

/** Teams that have invited the person by their login. */
export function Invitations() {
  const { data } = useQuery(trpc.teams.invitations.queryOptions())
  const invitations = useOptimistic(data, optimisticInvitations) ?? []
  const navigate = useNavigate()
  const answer = useMutation(
    trpc.teams.answer.mutationOptions({
      async onSuccess(team) {
        await teamsChanged()
        if (team !== null) await navigate({ to: '/teams/$name', params: { name: team.name } })
      },
      onError: (error) => showError(refusalOf(error).message),
    }),
  )
  return invitations.map((invitation) => (
    <section
      key={invitation.id}
      aria-label={t`Invitation to ${invitation.teamName}`}
      className="mb-4 flex flex-wrap items-center gap-3 rounded-card border border-accent/40 bg-accent-wash p-4"
    >
      <Users size={18} aria-hidden className="text-accent" />
      <p className="min-w-0 flex-1 basis-60">
        <Trans>
          {invitation.invitedBy ?? t`Somebody`} invites you to the team{' '}
          <span className="font-semibold">{invitation.teamName}</span> as {aRole(invitation.role)}.
        </Trans>
      </p>
      <Button
        tone="primary"
        busy={answer.isPending}
        onClick={() => answer.mutate({ inviteId: invitation.id, accept: true })}
      >
        <Trans>Join</Trans>
      </Button>
      <Button
        tone="ghost"
        busy={answer.isPending}
        onClick={() => answer.mutate({ inviteId: invitation.id, accept: false })}
      >
        <Trans>Decline</Trans>
      </Button>
    </section>
  ))
}
