import type { TeamId, UserId } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import type { Feed } from '../events/feed.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { PublishEvent } from '../event-webhooks/publish.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { TeamChanges } from './changes.ts'
import { departTeams } from './departure.ts'
import type { InvitationMail } from './invitation-mail.ts'
import { TeamInvitations } from './invitations.ts'
import { InviteStore } from './invite-store.ts'
import { takeTeamInvite } from './invited.ts'
import type { AcceptedInvite } from './invited.ts'
import { Memberships } from './memberships.ts'
import { OwnTeams } from './own-teams.ts'
import { handleTeamRemoval, openCloseTeam, resumeTeamRemovals } from './removal.ts'
import type { RemoveWorkspaces } from './removal.ts'
import { TeamSubscriptions } from './subscriptions.ts'
import { TeamStore } from './team-store.ts'
import type { OnMembers } from './team-store.ts'
import { Teams } from './teams.ts'

export interface TeamsDependencies {
  readonly database: Database
  readonly unitOfWork: UnitOfWork
  readonly feed: Feed
  readonly jobs: Jobs
  /** Tells webhook endpoints. */
  readonly publish: PublishEvent
  readonly mail: InvitationMail
  readonly publicOrigin: string
  /** How many may be in a team. */
  mostMembers(this: void, unit: Unit, teamId: TeamId): Promise<number>
}

export interface TeamsModule {
  readonly teams: Teams
  readonly invitations: TeamInvitations
  readonly memberships: Memberships
  /** What an open invitation gives to somebody who signs up; null where there is none. */
  takeInvite(unit: Unit, code: string | null, login: string): Promise<AcceptedInvite | null>
  /** Takes somebody out of all teams. */
  depart(unit: Unit, userId: UserId): Promise<void>
  /** Before anything is asked of it. */
  onMembersChanged(listener: OnMembers): void
  /** Before jobs are started. */
  handleRemoval(removeWorkspaces: RemoveWorkspaces): void
  /** Once they are. */
  resumeRemovals(): Promise<void>
}

export function openTeams({
  database,
  unitOfWork,
  feed,
  jobs,
  publish,
  mail,
  publicOrigin,
  mostMembers,
}: TeamsDependencies): TeamsModule {
  let onMembers: OnMembers = async () => undefined
  const store = new TeamStore(database, (unit, teamId) => onMembers(unit, teamId))
  const invites = new InviteStore(database)
  const memberships = new Memberships(store)
  feed.listen((event) => {
    if (event.type === 'teams.changed') for (const userId of event.userIds) memberships.forget(userId)
  })
  const own = new OwnTeams(store)
  const changes = new TeamChanges(store, memberships, unitOfWork, publish)
  const invitations = new TeamInvitations({
    teams: store,
    invites,
    unitOfWork,
    changes,
    mail,
    publicOrigin,
    own,
    mostMembers,
  })
  const closeTeam = openCloseTeam({ store, jobs })
  const teams = new Teams({
    store,
    unitOfWork,
    memberships,
    changes,
    subscriptions: new TeamSubscriptions(feed, memberships),
    own,
    openInvites: (teamId) => invitations.open(teamId),
    closeTeam,
  })
  return {
    teams,
    invitations,
    memberships,
    onMembersChanged(listener) {
      onMembers = listener
    },
    takeInvite: (unit, code, login) => takeTeamInvite({ teams: store, invites, changes }, unit, code, login),
    depart: (unit, userId) => departTeams({ store, changes, closeTeam }, unit, userId),
    handleRemoval: (removeWorkspaces) => handleTeamRemoval({ store, unitOfWork, jobs, removeWorkspaces }),
    resumeRemovals: () => resumeTeamRemovals({ store, unitOfWork, jobs }),
  }
}
