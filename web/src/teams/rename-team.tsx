import { Dialog } from '@base-ui/react/dialog'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { TeamDetails } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { Modal } from '../interface/modal.tsx'
import { offerUndo } from '../interface/toasts.ts'
import { trpc, trpcClient } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { NameField } from '../workspaces/name-field.tsx'
import { teamsChanged } from './live.ts'

export function RenameTeam({ team, open, onClose }: { team: TeamDetails; open: boolean; onClose: () => void }) {
  return (
    <Modal open={open} onClose={onClose}>
      <Contents team={team} onClose={onClose} />
    </Modal>
  )
}

function Contents({ team, onClose }: { team: TeamDetails; onClose: () => void }) {
  const [name, setName] = useState(team.name)
  const navigate = useNavigate()
  const rename = useMutation(
    trpc.teams.rename.mutationOptions({
      async onSuccess(renamed) {
        onClose()
        await navigate({ to: '/teams/$name', params: { name: renamed.name }, replace: true })
        await teamsChanged()
        offerUndo(`${team.name} is ${renamed.name} now`, t`Undo`, async () => {
          await trpcClient.teams.rename.mutate({ teamId: team.id, name: team.name })
          await navigate({ to: '/teams/$name', params: { name: team.name }, replace: true })
          await teamsChanged()
        })
      },
    }),
  )
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        rename.mutate({ teamId: team.id, name })
      }}
    >
      <Dialog.Title className="text-lg font-semibold"><Trans>Rename {team.name}</Trans></Dialog.Title>
      <NameField
        label={t`New name`}
        hint={t`Its workspaces keep their names and addresses.`}
        name={name}
        onName={(next) => {
          setName(next)
          rename.reset()
        }}
        refusal={rename.isError ? refusalOf(rename.error) : null}
      />
      <div className="flex justify-end gap-2">
        <Button tone="ghost" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button tone="primary" type="submit" busy={rename.isPending} disabled={name === '' || name === team.name}>
          <Trans>Rename</Trans>
        </Button>
      </div>
    </form>
  )
}
