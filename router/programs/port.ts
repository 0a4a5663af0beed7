import { z } from 'zod'
import type { Origin, SessionActor } from '../actor.ts'
import type { NewApiToken } from '../tokens/token.ts'

/** What a program begins with where no browser can come back to it (RFC 8628, section 3.2). */
export interface DeviceLogin {
  readonly deviceCode: string
  readonly userCode: string
  readonly verificationUrl: string
  /** With the code filled in. */
  readonly completeUrl: string
  readonly intervalSeconds: number
  readonly expiresInSeconds: number
}

export type DeviceOutcome =
  | { readonly state: 'pending' | 'denied' | 'expired' }
  | { readonly state: 'approved'; readonly token: NewApiToken; readonly login: string }

/** A program that waits, as its person sees it before they let it in. */
export interface ProgramRequest {
  readonly clientName: string
  readonly address: string
  readonly createdAt: string
}

/** The CLI acts by a token; the desktop app is a browser of its own, with a session. */
export const ProgramKind = z.enum(['cli', 'desktop'])
export type ProgramKind = z.infer<typeof ProgramKind>

export interface ProgramInput {
  readonly kind: ProgramKind
  readonly clientName: string
  /** Where it listens on this machine. */
  readonly port: number
  readonly state: string
  readonly challenge: string
}

export interface AuthorizedProgram {
  /** Where the browser goes: the program's own listener on this machine. */
  readonly url: string
  /** The desktop app's own address, which is tried first (RFC 8252, section 7.1); null for other programs. */
  readonly appUrl: string | null
}

/** A signed-in desktop app. */
export interface ProgramSession {
  /** The value of `arc_session`, whose name has the prefix `__Host-` where the server is reached by https. */
  readonly session: string
  readonly maxAgeSeconds: number
  readonly login: string
}

/**
 * Letting a program (the CLI) act for a person. Where program and browser are on one machine, the browser comes back to
 * the program's loopback port with a code that only the program can exchange (RFC 8252, RFC 7636); elsewhere the person
 * types the program's code (RFC 8628). The CLI gets an API token, the desktop app a session; its person can end either.
 */
export interface ProgramsPort {
  authorize(actor: SessionActor, program: ProgramInput): Promise<AuthorizedProgram>
  /** For the desktop app. @throws `program_code_spent`. */
  enter(origin: Origin, userAgent: string, code: string, verifier: string): Promise<ProgramSession>
  /** @throws `program_code_spent`. */
  exchange(
    origin: Origin,
    code: string,
    verifier: string,
  ): Promise<{ readonly token: NewApiToken; readonly login: string }>
  beginDevice(origin: Origin, clientName: string): Promise<DeviceLogin>
  pollDevice(origin: Origin, deviceCode: string): Promise<DeviceOutcome>
  /** @throws `program_code_spent`. */
  request(userCode: string): Promise<ProgramRequest>
  /** @throws `program_code_spent`. */
  answer(actor: SessionActor, userCode: string, accepted: boolean): Promise<void>
}
