import { createHash, randomBytes, randomInt } from 'node:crypto'
import { z } from 'zod'
import { ProgramKind, Scope, SessionId, errors } from '@arcx/router'
import type {
  AuthorizedProgram,
  DeviceLogin,
  DeviceOutcome,
  NewApiToken,
  Origin,
  ProgramRequest,
  ProgramSession,
  ProgramsPort,
  SessionActor,
  ProgramInput,
} from '@arcx/router'
import type { Codes } from '../credentials/codes.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { DeviceLoginStore } from './device-login-store.ts'
import type { Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'

const codeSeconds = 60
const deviceSeconds = 600
const intervalSeconds = 2
const tokenDays = 90
/** Everything its person may, but for administering the server. */
const scopes = Scope.options.filter((scope) => scope !== 'admin')
/** Consonants alone, so that no word comes out (RFC 8628, section 6.1). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'

const Claims = z.object({ sessionId: SessionId, challenge: z.string(), clientName: z.string(), kind: ProgramKind })
const hashOf = (text: string) => createHash('sha256').update(text).digest()
const keyOf = (deviceCode: string) => new Uint8Array(hashOf(deviceCode))

export interface ProgramsDependencies {
  readonly deviceLogins: DeviceLoginStore
  readonly codes: Codes
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly unitOfWork: UnitOfWork
  readonly publicOrigin: string
}

/** Lets programs act for people. */
export class Programs implements ProgramsPort {
  readonly #dependencies: ProgramsDependencies

  constructor(dependencies: ProgramsDependencies) {
    this.#dependencies = dependencies
  }

  async authorize(
    actor: SessionActor,
    { kind, clientName, port, state, challenge }: ProgramInput,
  ): Promise<AuthorizedProgram> {
    const { codes, unitOfWork } = this.#dependencies
    const code = await codes.issue('program', { sessionId: actor.sessionId, challenge, clientName, kind }, codeSeconds)
    await unitOfWork(actor, async (unit) =>
      unit.record({ action: 'program.authorize', target: { kind: 'program', name: clientName } }),
    )
    const answer = new URLSearchParams({ code, state })
    return {
      url: `http://127.0.0.1:${port}/callback?${answer}`,
      appUrl: kind === 'desktop' ? `arcx://signed-in?${answer}` : null,
    }
  }

  async exchange(
    origin: Origin,
    code: string,
    verifier: string,
  ): Promise<{ readonly token: NewApiToken; readonly login: string }> {
    const claims = await this.#redeem('cli', code, verifier)
    return this.#admit(origin, claims.sessionId, claims.clientName)
  }

  async enter(origin: Origin, userAgent: string, code: string, verifier: string): Promise<ProgramSession> {
    const { sessionId } = await this.#redeem('desktop', code, verifier)
    const begun = await this.#dependencies.sessions.beginBeside(sessionId, origin, userAgent)
    if (begun === null) throw errors.programCodeSpent()
    const { value, maxAgeSeconds } = begun.cookie
    return { session: value, maxAgeSeconds, login: begun.login }
  }

  async beginDevice(origin: Origin, clientName: string): Promise<DeviceLogin> {
    const deviceCode = randomBytes(32).toString('base64url')
    const userCode = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
    const { deviceLogins, publicOrigin } = this.#dependencies
    await deviceLogins.removeExpired()
    await deviceLogins.add({
      hash: keyOf(deviceCode),
      userCode,
      clientName,
      address: origin.address,
      expiresAt: new Date(Date.now() + deviceSeconds * 1000),
    })
    const verificationUrl = `${publicOrigin}/authorize`
    const shown = `${userCode.slice(0, 4)}-${userCode.slice(4)}`
    return {
      deviceCode,
      userCode: shown,
      verificationUrl,
      completeUrl: `${verificationUrl}?${new URLSearchParams({ code: shown })}`,
      intervalSeconds,
      expiresInSeconds: deviceSeconds,
    }
  }

  async pollDevice(origin: Origin, deviceCode: string): Promise<DeviceOutcome> {
    const { deviceLogins } = this.#dependencies
    const answered = await deviceLogins.takeAnswered(keyOf(deviceCode))
    if (answered === undefined)
      return { state: (await deviceLogins.isWaiting(keyOf(deviceCode))) ? 'pending' : 'expired' }
    const { sessionId, clientName } = answered
    return sessionId === null
      ? { state: 'denied' }
      : { state: 'approved', ...(await this.#admit(origin, sessionId, clientName)) }
  }

  async request(userCode: string): Promise<ProgramRequest> {
    const row = await this.#dependencies.deviceLogins.waitingBy(plain(userCode))
    if (row === null) throw errors.programCodeSpent()
    return { clientName: row.clientName, address: row.address, createdAt: row.createdAt.toISOString() }
  }

  async answer(actor: SessionActor, userCode: string, accepted: boolean): Promise<void> {
    const { deviceLogins, unitOfWork } = this.#dependencies
    await unitOfWork(actor, async (unit) => {
      const state = accepted ? 'approved' : 'denied'
      const answered = await deviceLogins.answer(unit, plain(userCode), state, actor.sessionId)
      if (answered === undefined) throw errors.programCodeSpent()
      const target = { kind: 'program', name: answered.clientName }
      unit.record({ action: accepted ? 'program.authorize' : 'program.deny', target })
    })
  }

  async #redeem(kind: ProgramKind, code: string, verifier: string): Promise<z.infer<typeof Claims>> {
    const claims = await this.#dependencies.codes.redeem('program', code, Claims)
    if (claims === null || claims.kind !== kind || hashOf(verifier).toString('base64url') !== claims.challenge)
      throw errors.programCodeSpent()
    return claims
  }

  /** A token for the program; only while the session stands in which its person let it in. */
  async #admit(
    origin: Origin,
    sessionId: SessionId,
    clientName: string,
  ): Promise<{ readonly token: NewApiToken; readonly login: string }> {
    const person = await this.#dependencies.sessions.personOfSession(sessionId)
    if (person === null || person.status !== 'active') throw errors.programCodeSpent()
    const token = await this.#dependencies.tokens.create(
      { ...person, ...origin },
      { name: clientName.slice(0, 60), scopes, workspaceIds: null, expiresDays: tokenDays },
    )
    return { token, login: person.login }
  }
}

const plain = (userCode: string) => userCode.toUpperCase().replace(/[^A-Z]/g, '')
