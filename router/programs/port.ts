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

export type DeviceOutcome = { readonly state: 'pending' | 'denied' | 'expired' } | { readonly state: 'approved'; readonly token: NewApiToken; readonly login: string }

/** A program that waits, as its person sees it before they let it in. */
export interface ProgramRequest {
  readonly clientName: string
  readonly address: string
  readonly createdAt: string
}

export interface AuthorizedProgram {
  /** Where the browser goes: the program's own listener on this machine. */
  readonly url: string
}

/**
 * Letting a program (the CLI) act for a person. Where program and browser are on one machine, the browser comes back to
 * the program's loopback port with a code that only the program can exchange (RFC 8252, RFC 7636); elsewhere the person
 * types the program's code (RFC 8628). Either way the program gets an API token that its person can revoke.
 */
export interface ProgramsPort {
  authorize(actor: SessionActor, program: { readonly clientName: string; readonly port: number; readonly state: string; readonly challenge: string }): Promise<AuthorizedProgram>
  /** @throws `program_code_spent`. */
  exchange(origin: Origin, code: string, verifier: string): Promise<{ readonly token: NewApiToken; readonly login: string }>
  beginDevice(origin: Origin, clientName: string): Promise<DeviceLogin>
  pollDevice(origin: Origin, deviceCode: string): Promise<DeviceOutcome>
  /** @throws `program_code_spent`. */
  request(userCode: string): Promise<ProgramRequest>
  /** @throws `program_code_spent`. */
  answer(actor: SessionActor, userCode: string, accepted: boolean): Promise<void>
}
