/** One thing a service needs. `check` throws, or takes too long, when it is not there. */
export interface Dependency {
  readonly name: string
  check(): Promise<void>
}

export type DependencyState = 'ok' | 'unavailable' | 'full'

export interface Readiness {
  readonly ready: boolean
  readonly dependencies: Readonly<Record<string, DependencyState>>
}

/** What a check throws that can say more than that something is away. */
export class NotReady extends Error {
  override readonly name = 'NotReady'
  readonly state: Exclude<DependencyState, 'ok'>

  constructor(state: Exclude<DependencyState, 'ok'>) {
    super(`It is ${state}.`)
    this.state = state
  }
}

/** Asks all dependencies at once; one that is silent for 2 s counts as unavailable. */
export async function readiness(dependencies: readonly Dependency[]): Promise<Readiness> {
  const states = await Promise.all(
    dependencies.map(async ({ name, check }) => {
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => late.reject(new Error('late')), 2000)
      try {
        await Promise.race([check(), late.promise])
        return [name, 'ok'] as const
      } catch (error) {
        return [name, error instanceof NotReady ? error.state : 'unavailable'] as const
      } finally {
        clearTimeout(timer)
      }
    }),
  )
  return { ready: states.every(([, state]) => state === 'ok'), dependencies: Object.fromEntries(states) }
}
