import { useMutation, useQuery } from '@tanstack/react-query'
import { Crown, Ellipsis, UserMinus } from 'lucide-react'
import type { TeamDetails, TeamMember } from '@arcx/router'
import { buttonClass } from '../interface/button.tsx'
import { MenuButton } from '../interface/menu-button.tsx'
import { tellRefusal } from '../interface/toasts.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { teamsChanged } from './live.ts'
import { invitedRoles, roleWords } from './roles.ts'

/** Who is in the team, and for those who may, what they are in it. */
export function Members({ team }: { team: TeamDetails }) {
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  return (
    <section aria-labelledby="members" className="mb-8">
      <h2 id="members" className="mb-2 text-sm text-ink-soft">
        Members
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
  const after = { onSuccess: teamsChanged, onError: (error: unknown) => tellRefusal(refusalOf(error).message) }
  const setRole = useMutation(trpc.teams.members.setRole.mutationOptions(after))
  const remove = useMutation(trpc.teams.members.remove.mutationOptions(after))
  const transfer = useMutation(trpc.teams.transfer.mutationOptions(after))
  const ids = { teamId: team.id, userId: member.userId }
  const manageable = team.may.includes('manage') && member.role !== 'owner' && !isMe
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3" data-member={member.login}>
      <span aria-hidden className="grid size-8 place-items-center rounded-full bg-accent-wash text-xs font-semibold uppercase text-accent">
        {member.login.slice(0, 2)}
      </span>
      <div className="min-w-0 flex-1 basis-40">
        <div className="font-medium break-words">
          {member.name} {isMe && <span className="text-sm font-normal text-ink-soft">(you)</span>}
        </div>
        <div className="text-sm text-ink-soft break-all">{member.login}</div>
      </div>
      {manageable ? (
        <select
          aria-label={`Role of ${member.login}`}
          title={roleWords[member.role]}
          className="h-9 rounded-lg border border-line bg-raised px-2 text-sm"
          value={member.role}
          disabled={setRole.isPending}
          onChange={(event) => {
            const role = invitedRoles.find((each) => each === event.target.value)
            if (role !== undefined) setRole.mutate({ ...ids, role })
          }}
        >
          {invitedRoles.map((role) => (
            <option key={role}>{role}</option>
          ))}
        </select>
      ) : (
        <span className="rounded-full border border-line px-2.5 py-0.5 text-xs" title={roleWords[member.role]}>
          {member.role}
        </span>
      )}
      {manageable && (
        <MenuButton
          label={`More for ${member.login}`}
          className={buttonClass('ghost', true)}
          entries={[...(team.may.includes('transfer') ? [{ label: 'Hand the team over', icon: Crown, run: () => transfer.mutate(ids) }] : []), { label: 'Remove from the team', icon: UserMinus, isBad: true, run: () => remove.mutate(ids) }]}
        >
          <Ellipsis size={17} aria-hidden />
        </MenuButton>
      )}
    </li>
  )
}
