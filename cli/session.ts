import { Failure, exitCodes } from './failure.ts'
import { Output } from './output/output.ts'
import { Credentials } from './server/credentials.ts'
import { Server } from './server/server.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  readonly server?: string | undefined
  readonly token?: string | undefined
  readonly json?: boolean | undefined
}

export type WithGlobals = { optsWithGlobals(): object }

/** What commands are given to find out where and as whom they run. */
export interface Sessions {
  of(command: WithGlobals): Session
  /** The same, with ARC_ADMIN_TOKEN where no other token is given on the command line. */
  asAdmin(command: WithGlobals): Session
  /** The token on the command line, in the environment, or on standard input for `-`. */
  givenToken(command: WithGlobals): Promise<string | null>
}

/** What a command works with: where, as whom, and how it answers. */
export class Session {
  readonly output: Output
  readonly credentials: Credentials
  readonly #wantedServer: string | null
  readonly #givenToken: string | null
  readonly #signedOut: string

  constructor(
    options: GlobalOptions,
    environment: NodeJS.ProcessEnv,
    signedOut = 'You are not signed in. Sign in with: arcx login https://your-server',
  ) {
    this.#signedOut = signedOut
    this.output = new Output(options.json === true)
    this.credentials = new Credentials(environment)
    const server = options.server ?? environment['ARCX_URL']
    this.#wantedServer = server === undefined || server === '' ? null : originOf(server)
    const token = options.token ?? environment['ARCX_TOKEN']
    this.#givenToken = token === undefined || token === '' ? null : token
  }

  /** The server one is signed in to. @throws `signed_out`. */
  async server(): Promise<Server> {
    const known = await this.credentials.find(this.#wantedServer)
    const origin = this.#wantedServer ?? known?.server ?? null
    const token = this.#givenToken ?? known?.token ?? null
    if (origin === null || token === null) throw new Failure(this.#signedOut, 'signed_out', exitCodes.signedOut)
    return new Server(origin, token)
  }

  /** The server to sign in to. */
  async newServer(address: string | undefined): Promise<Server> {
    const origin =
      address === undefined
        ? (this.#wantedServer ?? (await this.credentials.find(null))?.server ?? null)
        : originOf(address)
    if (origin === null)
      throw new Failure(
        'Which server? For example: arcx login https://arcx.example.com',
        'server_missing',
        exitCodes.usage,
      )
    return new Server(origin, null)
  }
}

/** `arcx.example.com` is meant as HTTPS; on this machine, HTTP. */
function originOf(address: string): string {
  const local = /^(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(address)
  try {
    const url = new URL(/^https?:\/\//.test(address) ? address : `${local ? 'http' : 'https'}://${address}`)
    return url.origin
  } catch {
    throw new Failure(`“${address}” is not a server's address.`, 'server_invalid', exitCodes.usage)
  }
}
