import { createHash, randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import { z } from 'zod'
import { errors } from '@arcx/router'
import type { IdentityPort, Origin, SessionId, SessionView, SignInOptions, SessionActor } from '@arcx/router'
import type { Codes } from '../credentials/codes.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { GitHubRefusal } from './github.ts'
import type { GitHub } from './github.ts'
import type { PersonStore } from './person-store.ts'
import type { SessionCookie, Sessions } from './sessions.ts'
import { admitPerson } from './sign-up.ts'
import type { TakeTeamInvite } from './sign-up.ts'
import type { SignUpStore } from './sign-up-store.ts'

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

export interface IdentityDependencies {
  readonly people: PersonStore
  readonly signUps: SignUpStore
  readonly codes: Codes
  readonly sessions: Sessions
  readonly unitOfWork: UnitOfWork
  /** Null where nobody signs in by GitHub. */
  github(): Promise<GitHub | null>
  readonly options: Omit<SignInOptions, 'github'>
  readonly takeTeamInvite: TakeTeamInvite
}

/** Who somebody is: the ways to sign in, and the sessions they begin. */
export class Identity implements IdentityPort {
  readonly #dependencies: IdentityDependencies

  constructor(dependencies: IdentityDependencies) {
    this.#dependencies = dependencies
  }

  async options(): Promise<SignInOptions> {
    const { github, options } = this.#dependencies
    return { ...options, github: (await github()) !== null }
  }

  /** A one-time code for the person at this machine. */
  localSignInCode(): Promise<string> {
    return this.#dependencies.codes.issue('sign-in', { local: true }, signInLinkSeconds)
  }

  /** Exchanges it for a session. @throws `sign_in_link_spent`. */
  async redeemLocalSignIn(code: string, origin: Origin, userAgent: string): Promise<SessionCookie> {
    const { codes, people, sessions, unitOfWork } = this.#dependencies
    const claims = await codes.redeem('sign-in', code, LocalClaims)
    if (claims === null) {
      await this.#refused(origin, 'sign_in_link_spent')
      throw errors.signInLinkSpent()
    }
    return unitOfWork(visitor(origin), async (unit) => {
      const user = await people.findOrAddLocal(unit, localLogin())
      return sessions.begin(unit, { ...user, status: 'active' }, origin, userAgent)
    })
  }

  /** Where to send a browser that wants in; `nonce` is to be kept in a cookie of it. */
  async beginGitHub(to: string, invite: string | null): Promise<{ url: string; nonce: string; maxAgeSeconds: number }> {
    const { codes } = this.#dependencies
    const github = await this.#dependencies.github()
    if (github === null) throw errors.forbidden('sign in by GitHub')
    const [nonce, verifier] = [randomBytes(24).toString('base64url'), randomBytes(32).toString('base64url')]
    const state = await codes.issue('github', { verifier, to, invite, browser: hashOf(nonce) }, githubSeconds)
    return { url: await github.authorization(state, verifier), nonce, maxAgeSeconds: githubSeconds }
  }

  /** What becomes of a browser that GitHub sent back. @throws `sign_in_failed`, `account_suspended`; then nothing was made. */
  async finishGitHub(
    callback: URLSearchParams,
    nonce: string | undefined,
    origin: Origin,
    userAgent: string,
  ): Promise<SignedIn> {
    const { codes, sessions, unitOfWork } = this.#dependencies
    const github = await this.#dependencies.github()
    if (github === null) throw errors.forbidden('sign in by GitHub')
    const state = callback.get('state') ?? ''
    const claims = await codes.redeem('github', state, GitHubClaims)
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
    const profile = await github.profile(callback, state, claims.verifier).catch(async (error: unknown) => {
      if (!(error instanceof GitHubRefusal)) throw error
      await this.#refused(origin, 'github_refused')
      throw errors.signInFailed(error.message)
    })
    const outcome = await unitOfWork(visitor(origin), async (unit) => {
      const { people, signUps, options, takeTeamInvite } = this.#dependencies
      const signUp = { people, signUps, mode: options.signupMode, takeTeamInvite }
      const admission = await admitPerson(unit, signUp, profile, claims.invite)
      if (admission.kind !== 'in') return admission
      const cookie = await sessions.begin(unit, admission.user, origin, userAgent, profile.accessToken ?? undefined)
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
          waitsForPayment: outcome.user.status === 'waiting_payment',
        }
    }
  }

  async signOut(actor: SessionActor): Promise<void> {
    await this.#dependencies.sessions.end(actor, actor.userId, { only: actor.sessionId })
  }

  sessions(actor: SessionActor): Promise<readonly SessionView[]> {
    return this.#dependencies.sessions.list(actor)
  }

  async endSession(actor: SessionActor, sessionId: SessionId): Promise<void> {
    if ((await this.#dependencies.sessions.end(actor, actor.userId, { only: sessionId })) === 0)
      throw errors.sessionNotFound()
  }

  async endOtherSessions(actor: SessionActor): Promise<void> {
    await this.#dependencies.sessions.end(actor, actor.userId, { except: actor.sessionId })
  }

  #refused(origin: Origin, code: string): Promise<void> {
    return this.#dependencies.unitOfWork(visitor(origin), async (unit) =>
      unit.record({ action: 'session.start', outcome: `refused:${code}` }),
    )
  }
}

const visitor = ({ address }: Origin) => ({ kind: 'service', service: `visitor ${address}` }) as const
const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url')

function localLogin(): string {
  try {
    return userInfo().username
  } catch {
    return 'local'
  }
}
