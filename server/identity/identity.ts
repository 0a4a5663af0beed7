import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { z } from 'zod'
import { errors } from '@arcx/router'
import type { IdentityPort, Origin, SessionId, SessionView, SignInOptions, SessionActor } from '@arcx/router'
import type { Database } from '@arcx/database'
import { recordAudit } from '../audit/audit.ts'
import { issueCode, redeemCode } from '../credentials/codes.ts'
import { GitHubRefusal } from './github.ts'
import type { GitHub } from './github.ts'
import type { SessionCookie, Sessions } from './sessions.ts'
import { admitPerson } from './sign-up.ts'
import type { TakeTeamInvite } from './sign-up.ts'

const signInLinkSeconds = 3600
const githubSeconds = 600

const LocalClaims = z.object({ local: z.literal(true) })
/** What a trip to GitHub remembers. The state is the one-time code itself. */
const GitHubClaims = z.object({
  verifier: z.string(),
  to: z.string(),
  invite: z.string().nullable(),
  browser: z.string(),
})

export type SignedIn =
  | { readonly kind: 'in'; readonly cookie: SessionCookie; readonly to: string; readonly waitsForPayment: boolean }
  | { readonly kind: 'waitlisted'; readonly login: string }

/** Who somebody is: the ways to sign in, and the sessions they begin. */
export class Identity implements IdentityPort {
  readonly options: SignInOptions
  readonly #database: Database
  readonly #sessions: Sessions
  readonly #github: GitHub | null
  readonly #takeTeamInvite: TakeTeamInvite

  constructor(
    database: Database,
    sessions: Sessions,
    github: GitHub | null,
    options: SignInOptions,
    takeTeamInvite: TakeTeamInvite,
  ) {
    this.#database = database
    this.#sessions = sessions
    this.#github = github
    this.options = options
    this.#takeTeamInvite = takeTeamInvite
  }

  /** A one-time code for the person at this machine. */
  localSignInCode(): Promise<string> {
    return issueCode(this.#database, 'sign-in', { local: true }, signInLinkSeconds)
  }

  /** Exchanges it for a session. @throws `sign_in_link_spent`. */
  async redeemLocalSignIn(code: string, origin: Origin, userAgent: string): Promise<SessionCookie> {
    const claims = await redeemCode(this.#database, 'sign-in', code, LocalClaims)
    if (claims === null) {
      await this.#refused(origin, 'sign_in_link_spent')
      throw errors.signInLinkSpent()
    }
    return this.#database.transaction().execute(async (transaction) => {
      const login = localLogin()
      const user = await transaction
        .insertInto('User')
        // The machine is this person's own: they administer it, and its size is the only limit worth having.
        .values({ id: randomUUID(), login, name: login, role: 'admin', tier: 'team' })
        .onConflict((conflict) => conflict.column('login').where('githubId', 'is', null).doUpdateSet({ login }))
        .returning(['id', 'login', 'name', 'role', 'tier'])
        .executeTakeFirstOrThrow()
      return this.#sessions.begin(transaction, { ...user, standing: 'active' }, origin, userAgent)
    })
  }

  /** Where to send a browser that wants in; `nonce` is to be kept in a cookie of it. */
  async beginGitHub(to: string, invite: string | null): Promise<{ url: string; nonce: string; maxAgeSeconds: number }> {
    if (this.#github === null) throw errors.forbidden('sign in by GitHub')
    const [nonce, verifier] = [randomBytes(24).toString('base64url'), randomBytes(32).toString('base64url')]
    const state = await issueCode(
      this.#database,
      'github',
      { verifier, to, invite, browser: hashOf(nonce) },
      githubSeconds,
    )
    return { url: await this.#github.authorization(state, verifier), nonce, maxAgeSeconds: githubSeconds }
  }

  /** What becomes of a browser that GitHub sent back. @throws `sign_in_failed`, `account_suspended`; then nothing was made. */
  async finishGitHub(
    callback: URLSearchParams,
    nonce: string | undefined,
    origin: Origin,
    userAgent: string,
  ): Promise<SignedIn> {
    if (this.#github === null) throw errors.forbidden('sign in by GitHub')
    const state = callback.get('state') ?? ''
    const claims = await redeemCode(this.#database, 'github', state, GitHubClaims)
    // A callback that this browser did not ask for would sign it in as somebody else.
    if (claims === null || nonce === undefined || hashOf(nonce) !== claims.browser) {
      await this.#refused(origin, 'callback_unknown')
      throw errors.signInFailed(
        'This way in was used already, has expired, or was begun in another browser. Try again.',
      )
    }
    if (callback.get('error') === 'access_denied') {
      await this.#refused(origin, 'denied')
      throw errors.signInFailed('You did not let arcx know who you are, so nobody was signed in.')
    }
    const profile = await this.#github.profile(callback, state, claims.verifier).catch(async (error: unknown) => {
      if (!(error instanceof GitHubRefusal)) throw error
      await this.#refused(origin, 'github_refused')
      throw errors.signInFailed(error.message)
    })
    const outcome = await this.#database.transaction().execute(async (transaction) => {
      const admission = await admitPerson(
        transaction,
        this.options.signupMode,
        profile,
        claims.invite,
        this.#takeTeamInvite,
      )
      if (admission.kind !== 'in') return admission
      const cookie = await this.#sessions.begin(transaction, admission.user, origin, userAgent, profile.accessToken)
      return { ...admission, cookie }
    })
    switch (outcome.kind) {
      case 'suspended':
        await this.#refused(origin, 'account_suspended')
        throw errors.suspended()
      case 'leaving':
        await this.#refused(origin, 'account_leaving')
        throw errors.accountLeaving()
      case 'waitlisted':
        await this.#refused(origin, 'waitlisted')
        return { kind: 'waitlisted', login: profile.login }
      case 'in':
        return {
          kind: 'in',
          cookie: outcome.cookie,
          to: outcome.joined === null ? claims.to : `/teams/${outcome.joined}`,
          waitsForPayment: outcome.user.standing === 'waiting_payment',
        }
    }
  }

  async signOut(actor: SessionActor): Promise<void> {
    await this.#sessions.end(actor, actor.userId, { only: actor.sessionId })
  }

  sessions(actor: SessionActor): Promise<readonly SessionView[]> {
    return this.#sessions.list(actor)
  }

  async endSession(actor: SessionActor, sessionId: SessionId): Promise<void> {
    if ((await this.#sessions.end(actor, actor.userId, { only: sessionId })) === 0) throw errors.sessionNotFound()
  }

  async endOtherSessions(actor: SessionActor): Promise<void> {
    await this.#sessions.end(actor, actor.userId, { except: actor.sessionId })
  }

  #refused(origin: Origin, code: string): Promise<void> {
    const actor = { kind: 'service', service: `visitor ${origin.address}` } as const
    return recordAudit(this.#database, { actor, action: 'session.start', outcome: `refused:${code}` })
  }
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url')

function localLogin(): string {
  try {
    return userInfo().username
  } catch {
    return 'local'
  }
}
