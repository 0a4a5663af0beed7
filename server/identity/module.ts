import type {
  Actor,
  AuditEntryView,
  CollabPresence,
  SessionActor,
  SignupMode,
  UserActor,
  UserId,
  Workspace,
  WorkspaceId,
} from '@arcx/router'
import type { Database } from '@arcx/prisma'
import type { Log } from '@arcx/service-kit/log'
import type { Principal } from '../authorization/checks.ts'
import type { Codes } from '../credentials/codes.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Accounts } from './accounts.ts'
import { DeviceLoginStore } from './device-login-store.ts'
import { GitHub } from './github.ts'
import type { GitHubSettings } from './github.ts'
import { GrantWatch } from './grant-watch.ts'
import { Identity } from './identity.ts'
import { PersonStore } from './person-store.ts'
import { Programs } from './programs.ts'
import { SessionStore } from './session-store.ts'
import { Sessions } from './sessions.ts'
import { SignUpStore } from './sign-up-store.ts'
import type { TakeTeamInvite } from './sign-up.ts'
import { TokenStore } from './token-store.ts'
import { Tokens } from './tokens.ts'

export interface IdentityModuleDependencies {
  readonly database: Database
  readonly unitOfWork: UnitOfWork
  readonly backgroundWork: UnitOfWork
  readonly codes: Codes
  readonly jobs: Jobs
  readonly publicOrigin: string
  readonly keys: { readonly session: Buffer; readonly grant: Buffer }
  /** Of an OAuth application; null where there is none. */
  readonly github: Omit<GitHubSettings, 'redirectUri'> | null
  /** Of the GitHub App, by which people sign in where there is no OAuth application; null where there is none. */
  gitHubApp(): Promise<Omit<GitHubSettings, 'redirectUri'> | null>
  readonly githubRecheckSeconds: number
  /** Whether the person at the machine may sign in by a link. */
  readonly localSignIn: boolean
  readonly signupMode: SignupMode
  readonly log: Log
  readonly takeTeamInvite: TakeTeamInvite
  departTeams(unit: Unit, userId: UserId): Promise<void>
  readonly workspaces: {
    get(actor: UserActor, id: WorkspaceId): Promise<Workspace>
    list(actor: UserActor): Promise<readonly Workspace[]>
    removeAllOf(actor: Actor, whose: { readonly ownerId: UserId }): Promise<number>
  }
  recordOf(actorId: string): AsyncIterable<AuditEntryView>
}

export interface IdentityModule {
  readonly identity: Identity
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly programs: Programs
  readonly account: Accounts
  /** Who came in with a session or a token; null where that has ended. */
  principalOf(by: CollabPresence['by']): Promise<(Principal & Pick<UserActor, 'status'>) | null>
  /** Ends all that somebody is signed in with. */
  shutOut(unit: Unit, userId: UserId): Promise<void>
  /** Somebody has taken back what they allowed the App: all that they are signed in with ends. */
  gitHubRevoked(githubId: number): Promise<void>
  close(): Promise<void>
}

/** Who somebody is: signing in and up, sessions, tokens, programs that act for people, and leaving. */
export function openIdentity(dependencies: IdentityModuleDependencies): IdentityModule {
  const { database, unitOfWork, backgroundWork, codes, jobs, publicOrigin, keys, workspaces, log } = dependencies
  const sessionStore = new SessionStore(database)
  const sessions = new Sessions(sessionStore, unitOfWork, keys.session, keys.grant)
  const tokens = new Tokens(new TokenStore(database), unitOfWork, (actor, id) => workspaces.get(actor, id))
  const people = new PersonStore(database)
  const redirectUri = `${publicOrigin}/auth/callback`
  const github = dependencies.github === null ? null : new GitHub({ ...dependencies.github, redirectUri })
  const grantWatch =
    github === null
      ? null
      : new GrantWatch(sessionStore, sessions, github, keys.grant, dependencies.githubRecheckSeconds, log)
  const account = new Accounts({
    people,
    unitOfWork,
    backgroundWork,
    jobs,
    sessions,
    tokens,
    workspacesOf: (actor: SessionActor) => workspaces.list(actor),
    removeWorkspaces: (actor, ownerId) => workspaces.removeAllOf(actor, { ownerId }),
    departTeams: (unit, userId) => dependencies.departTeams(unit, userId),
    recordOf: (actorId) => dependencies.recordOf(actorId),
  })
  return {
    sessions,
    tokens,
    account,
    identity: new Identity({
      people,
      signUps: new SignUpStore(),
      codes,
      sessions,
      unitOfWork,
      async github() {
        if (github !== null) return github
        const app = await dependencies.gitHubApp()
        return app === null ? null : new GitHub({ ...app, redirectUri })
      },
      options: { local: dependencies.localSignIn, signupMode: dependencies.signupMode },
      takeTeamInvite: dependencies.takeTeamInvite,
    }),
    programs: new Programs({
      deviceLogins: new DeviceLoginStore(database),
      codes,
      sessions,
      tokens,
      unitOfWork,
      publicOrigin,
    }),
    principalOf: (by) => (by.via === 'session' ? sessions.personOfSession(by.id) : tokens.principalOf(by.id)),
    async shutOut(unit, userId) {
      await tokens.closeWithin(unit, userId)
      await sessions.endWithin(unit, userId)
    },
    async gitHubRevoked(githubId) {
      const userId = await people.idOfGitHub(githubId)
      if (userId !== null) await sessions.end({ kind: 'service', service: 'github' }, userId, {})
    },
    async close() {
      await grantWatch?.close()
    },
  }
}
