import type { DiskCondition, DiskPort, UserActor } from '@arcx/router'
import type { DiskState } from '@arcx/service-kit/disk'
import { mayAdminister } from '../authorization/checks.ts'

/** The server's disk, as people are told of it. */
export class Disk implements DiskPort {
  readonly #watch: { readonly reserveBytes: number; now(): Promise<DiskState> }

  constructor(watch: { readonly reserveBytes: number; now(): Promise<DiskState> }) {
    this.#watch = watch
  }

  async condition(actor: UserActor): Promise<DiskCondition> {
    const { level, rooms } = await this.#watch.now()
    const numbers = mayAdminister(actor)
      ? {
          reserveBytes: this.#watch.reserveBytes,
          rooms: rooms.map(({ name, freeBytes, totalBytes }) => ({ name, freeBytes, totalBytes })),
        }
      : null
    return { level, numbers }
  }
}
