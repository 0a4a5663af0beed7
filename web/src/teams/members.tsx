import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Crown, Ellipsis, UserMinus } from 'lucide-react'
import { useState } from 'react'
import type { TeamDetails, TeamMember } from '@arcx/router'
import { buttonClass } from '../interface/button.tsx'
import { ConfirmByName } from '../interface/confirm-by-name.tsx'
import { MenuButton } from '../interface/menu-button.tsx'
import { offerUndo, showError } from '../interface/toasts.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { perform } from '../server/optimistic.ts'
import { teamsChanged } from './live.ts'
import { aRole, invitedRoles, roleName, roleWords } from './roles.ts'

const onError = (error: unknown) => showError(refusalOf(error).message)

/** Who is in the team, and for those who may, what they are in it. */
export function Members({ team }: { team: TeamDetails }) {
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  return (
    <section aria-labelledby="members" className="mb-8">
      <h2 id="members" className="mb-2 text-sm text-ink-soft">
        <Trans>Members</Trans>
      </h2>
      <ul className="divide-y divide-line rounded-card border border-line bg-surface">
        {team.members.map((member) => (
          <Row key={member.userId} team={team} member={member} isMe={member.userId === me?.userId} />
        ))}
      </ul>
    </section>
  )
}

function Row({ team, member, isMe }: { team: TeamDetails; member: TeamMember; isMe: boolean }) {
  const ids = { teamId: team.id, userId: member.userId }
  const setRole = useMutation(
    trpc.teams.members.setRole.mutationOptions({
      onMutate: () => member.role,
      async onSuccess(_done, { role }, before) {
        await teamsChanged()
        const former = invitedRoles.find((each) => each === before)
        if (former === undefined) return
        offerUndo(t`${member.login} is now ${aRole(role)}`, t`Undo`, () =>
          perform(trpc.teams.members.setRole.mutationOptions({ onSuccess: teamsChanged }), { ...ids, role: former }),
        )
      },
      onError,
    }),
  )
  const [asking, setAsking] = useState<'remove' | 'transfer' | null>(null)
  const after = { onSuccess: teamsChanged, onError }
  const remove = useMutation(trpc.teams.members.remove.mutationOptions(after))
  const transfer = useMutation(trpc.teams.transfer.mutationOptions(after))
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3" data-member={member.login}>
      <span
        aria-hidden
        translate="no"
        className="grid size-8 place-items-center rounded-full bg-accent-wash text-xs font-semibold uppercase text-accent"
      >
        {member.login.slice(0, 2)}
      </span>
      <div className="min-w-0 flex-1 basis-28">
        <div className="font-medium break-words">
          {member.name}{' '}
          {isMe && (
            <span className="text-sm font-normal text-ink-soft">
              <Trans>(you)</Trans>
            </span>
          )}
        </div>
        <div className="text-sm text-ink-soft break-all">{member.login}</div>
      </div>
      {member.may.includes('change-role') ? (
        <select
          aria-label={t`Role of ${member.login}`}
          title={roleWords(member.role)}
          className="h-9 rounded-lg border border-line bg-raised px-2 text-sm"
          value={member.role}
          onChange={(event) => {
            const role = invitedRoles.find((each) => each === event.target.value)
            if (role !== undefined) setRole.mutate({ ...ids, role })
          }}
        >
          {invitedRoles.map((role) => (
            <option key={role} value={role}>
              {roleName(role)}
            </option>
          ))}
        </select>
      ) : (
        <span className="rounded-full border border-line px-2.5 py-0.5 text-xs" title={roleWords(member.role)}>
          {roleName(member.role)}
        </span>
      )}
      {member.may.includes('remove') && (
        <MenuButton
          label={t`More for ${member.login}`}
          className={buttonClass('ghost', true)}
          entries={[
            ...(member.may.includes('hand-over')
              ? [{ label: t`Transfer ownership…`, icon: Crown, run: () => setAsking('transfer') }]
              : []),
            { label: t`Remove from the team…`, icon: UserMinus, isBad: true, run: () => setAsking('remove') },
          ]}
        >
          <Ellipsis size={17} aria-hidden />
        </MenuButton>
      )}
      <ConfirmByName
        open={asking === 'remove'}
        onClose={() => setAsking(null)}
        title={t`Remove ${member.login} from ${team.name}?`}
        action={{ ask: (shown) => <Trans>Type {shown} to remove them</Trans>, button: t`Remove` }}
        name={member.login}
        onConfirm={() => remove.mutate(ids)}
      >
        <Trans>
          They lose the team’s workspaces and secrets at once. To come back they have to be invited, and to accept.
        </Trans>
      </ConfirmByName>
      <ConfirmByName
        open={asking === 'transfer'}
        onClose={() => setAsking(null)}
        title={t`Transfer ${team.name} to ${member.login}?`}
        action={{ ask: (shown) => <Trans>Type {shown} to transfer it</Trans>, button: t`Transfer` }}
        name={member.login}
        onConfirm={() => transfer.mutate(ids)}
      >
        <Trans>The team is theirs then, and you are one of its admins; only they can give it back.</Trans>
      </ConfirmByName>
    </li>
  )
}
