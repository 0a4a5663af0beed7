import { createHash, randomBytes, randomInt } from 'node:crypto'
import { sql } from 'kysely'
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
  WantedProgram,
} from '@arcx/router'
import type { Database } from '@arcx/database'
import { recordAudit } from '../audit/audit.ts'
import { issueCode, redeemCode } from '../credentials/codes.ts'
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

/** Lets programs act for people. */
export class Programs implements ProgramsPort {
  readonly #database: Database
  readonly #sessions: Sessions
  readonly #tokens: Tokens
  readonly #publicOrigin: string

  constructor(database: Database, sessions: Sessions, tokens: Tokens, publicOrigin: string) {
    this.#database = database
    this.#sessions = sessions
    this.#tokens = tokens
    this.#publicOrigin = publicOrigin
  }

  async authorize(
    actor: SessionActor,
    { kind, clientName, port, state, challenge }: WantedProgram,
  ): Promise<AuthorizedProgram> {
    const code = await issueCode(
      this.#database,
      'program',
      { sessionId: actor.sessionId, challenge, clientName, kind },
      codeSeconds,
    )
    await recordAudit(this.#database, {
      actor,
      action: 'program.authorize',
      target: { kind: 'program', name: clientName },
      outcome: 'ok',
    })
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
    const begun = await this.#sessions.beginBeside(sessionId, origin, userAgent)
    if (begun === null) throw errors.programCodeSpent()
    const { value, maxAgeSeconds } = begun.cookie
    return { session: value, maxAgeSeconds, login: begun.login }
  }

  async beginDevice(origin: Origin, clientName: string): Promise<DeviceLogin> {
    const deviceCode = randomBytes(32).toString('base64url')
    const userCode = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
    await this.#database
      .deleteFrom('DeviceLogin')
      .where('expiresAt', '<', sql<Date>`now()`)
      .execute()
    await this.#database
      .insertInto('DeviceLogin')
      .values({
        hash: hashOf(deviceCode),
        userCode,
        clientName,
        address: origin.address,
        expiresAt: new Date(Date.now() + deviceSeconds * 1000),
      })
      .execute()
    const verificationUrl = `${this.#publicOrigin}/authorize`
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
    // Of two who ask at once, one gets the token.
    const settled = await this.#database
      .deleteFrom('DeviceLogin')
      .where('hash', '=', hashOf(deviceCode))
      .where('expiresAt', '>', sql<Date>`now()`)
      .where('state', '!=', 'pending')
      .returning(['state', 'sessionId', 'clientName'])
      .executeTakeFirst()
    if (settled?.state === 'approved')
      return {
        state: 'approved',
        ...(await this.#admit(origin, SessionId.parse(settled.sessionId), settled.clientName)),
      }
    if (settled !== undefined) return { state: 'denied' }
    const waiting = await this.#database
      .selectFrom('DeviceLogin')
      .select('hash')
      .where('hash', '=', hashOf(deviceCode))
      .where('expiresAt', '>', sql<Date>`now()`)
      .executeTakeFirst()
    return { state: waiting === undefined ? 'expired' : 'pending' }
  }

  async request(userCode: string): Promise<ProgramRequest> {
    const row = await this.#database
      .selectFrom('DeviceLogin')
      .select(['clientName', 'address', 'createdAt'])
      .where('userCode', '=', plain(userCode))
      .where('state', '=', 'pending')
      .where('expiresAt', '>', sql<Date>`now()`)
      .executeTakeFirst()
    if (row === undefined) throw errors.programCodeSpent()
    return { clientName: row.clientName, address: row.address, createdAt: row.createdAt.toISOString() }
  }

  async answer(actor: SessionActor, userCode: string, accepted: boolean): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      const answered = await transaction
        .updateTable('DeviceLogin')
        .set({ state: accepted ? 'approved' : 'denied', sessionId: actor.sessionId })
        .where('userCode', '=', plain(userCode))
        .where('state', '=', 'pending')
        .where('expiresAt', '>', sql<Date>`now()`)
        .returning('clientName')
        .executeTakeFirst()
      if (answered === undefined) throw errors.programCodeSpent()
      await recordAudit(transaction, {
        actor,
        action: accepted ? 'program.authorize' : 'program.deny',
        target: { kind: 'program', name: answered.clientName },
        outcome: 'ok',
      })
    })
  }

  async #redeem(kind: ProgramKind, code: string, verifier: string): Promise<z.infer<typeof Claims>> {
    const claims = await redeemCode(this.#database, 'program', code, Claims)
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
    const person = await this.#sessions.personOfSession(sessionId)
    if (person === null || person.standing !== 'active') throw errors.programCodeSpent()
    const token = await this.#tokens.create(
      { ...person, ...origin },
      { name: clientName.slice(0, 60), scopes, workspaceIds: null, expiresDays: tokenDays },
    )
    return { token, login: person.login }
  }
}

const plain = (userCode: string) => userCode.toUpperCase().replace(/[^A-Z]/g, '')
