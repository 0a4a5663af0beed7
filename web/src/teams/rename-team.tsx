import { t } from '@lingui/core/macro'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Team, TeamDetails } from '@arcx/router'
import { offerUndo } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { perform } from '../server/optimistic.ts'
import { NameDialog } from '../workspaces/name-dialog.tsx'
import { teamsChanged } from './live.ts'

/** Made anew for each time. */
export function RenameTeam({ team, onClose }: { team: TeamDetails; onClose: () => void }) {
  const [former] = useState(team.name)
  const navigate = useNavigate()
  const follow = async ({ name: to }: Team) => {
    // There at once, under its name.
    const known = queryClient.getQueryData(trpc.teams.get.queryKey({ name: former }))
    if (known !== undefined) queryClient.setQueryData(trpc.teams.get.queryKey({ name: to }), { ...known, name: to })
    await navigate({ to: '/teams/$name', params: { name: to }, replace: true })
    await teamsChanged()
  }
  const rename = useMutation(
    trpc.teams.rename.mutationOptions({
      async onSuccess(renamed) {
        await follow(renamed)
        onClose()
        offerUndo(t`${former} renamed to ${renamed.name}`, t`Undo`, () =>
          perform(trpc.teams.rename.mutationOptions({ onSuccess: follow }), { teamId: team.id, name: former }),
        )
      },
    }),
  )
  return (
    <NameDialog
      title={t`Rename ${former}`}
      label={t`New name`}
      hint={t`Its workspaces keep their names and addresses.`}
      former={former}
      button={t`Rename`}
      asking={rename}
      onName={(name) => rename.mutate({ teamId: team.id, name })}
      onClose={onClose}
    />
  )
}
