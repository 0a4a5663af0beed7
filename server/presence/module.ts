import { Presence } from '@arcx/presence/presence'
import type { Channel } from '@arcx/service-kit/channel'
import type { Log } from '@arcx/service-kit/log'
import { PresenceService } from './presence-service.ts'
import type { PresenceDependencies } from './presence-service.ts'

export interface PresenceModuleDependencies extends Omit<PresenceDependencies, 'presence'> {
  readonly channel: Channel
  readonly log: Log
}

export interface PresenceModule {
  readonly presence: PresenceService
  close(): void
}

/** Who is here, told to people by the router and to the other processes over the bus. */
export function openPresence({ channel, log, ...rest }: PresenceModuleDependencies): PresenceModule {
  const registry = new Presence(channel, log)
  const presence = new PresenceService({ ...rest, presence: registry })
  return {
    presence,
    close() {
      presence.close()
      registry.close()
    },
  }
}
