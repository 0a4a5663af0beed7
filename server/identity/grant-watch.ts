import type { ServiceActor } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import { open } from '@arcx/service-kit/sealing'
import type { GitHub } from './github.ts'
import type { SessionStore } from './session-store.ts'
import type { Sessions } from './sessions.ts'

const service: ServiceActor = { kind: 'service', service: 'grant-watch' }
const batch = 20
const longestIntervalMs = 60_000

/** Asks GitHub at intervals whether it still stands behind a session; one that it has taken its word back for ends. */
export class GrantWatch {
  readonly #store: SessionStore
  readonly #sessions: Sessions
  readonly #github: GitHub
  readonly #key: Buffer
  readonly #recheckSeconds: number
  readonly #log: Log
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> = Promise.resolve()

  constructor(store: SessionStore, sessions: Sessions, github: GitHub, key: Buffer, recheckSeconds: number, log: Log) {
    this.#store = store
    this.#sessions = sessions
    this.#github = github
    this.#key = key
    this.#recheckSeconds = recheckSeconds
    this.#log = log
    this.#timer = setInterval(
      () => {
        this.#looking = this.#looking
          .then(() => this.#look())
          .catch((error: unknown) => log.warn({ err: error }, 'grants could not be checked'))
      },
      Math.min(longestIntervalMs, recheckSeconds * 250),
    )
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  async #look(): Promise<void> {
    // Taken by the mark of the time: of several copies one asks, and a crash leaves the rest for the next round.
    for (const { id, userId, grant } of await this.#store.takeDueGrants(this.#recheckSeconds, batch)) {
      const token = open(this.#key, grant, id)
      const verdict = token === null ? 'gone' : await this.#github.standsBehind(token)
      if (verdict === 'unknown')
        this.#log.info({ sessionId: id }, 'GitHub could not be asked about a session; it is asked again')
      if (verdict === 'gone') await this.#sessions.end(service, userId, { only: id })
    }
  }
}
