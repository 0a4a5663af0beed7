import type { DiskCondition, DiskPort, UserActor } from '@arcx/router'
import type { DiskState } from '@arcx/service-kit/disk'

/** The server's disk, as people are told of it. */
export class Disk implements DiskPort {
  readonly #watch: { readonly reserveBytes: number; now(): Promise<DiskState> }

  constructor(watch: { readonly reserveBytes: number; now(): Promise<DiskState> }) {
    this.#watch = watch
  }

  async condition(actor: UserActor): Promise<DiskCondition> {
    const { level, rooms } = await this.#watch.now()
    const administers = actor.role === 'admin' && (actor.via === 'session' || actor.scopes.includes('admin'))
    const numbers = administers
      ? {
          reserveBytes: this.#watch.reserveBytes,
          rooms: rooms.map(({ name, freeBytes, totalBytes }) => ({ name, freeBytes, totalBytes })),
        }
      : null
    return { level, numbers }
  }
}
