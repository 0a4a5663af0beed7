const checkMs = 2000

/** One thing a service needs. `check` throws, or takes too long, when it is not there. */
export interface Dependency {
  readonly name: string
  /** False for what it can do without for a while: it is told, and the service is ready all the same. */
  readonly required?: boolean
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

/** Another service of the deployment, by its address; it must answer at `/healthz`. */
export function serviceDependency(name: string, url: string): Dependency {
  const health = new URL('/healthz', url.replace(/^ws/, 'http'))
  return {
    name,
    required: false,
    async check() {
      const answer = await fetch(health, { signal: AbortSignal.timeout(checkMs) })
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(`${name} answers ${answer.status}.`)
    },
  }
}

/** Asks all dependencies at once; one that is silent for 2 s counts as unavailable. */
export async function readiness(dependencies: readonly Dependency[]): Promise<Readiness> {
  const states = await Promise.all(
    dependencies.map(async ({ name, check }) => {
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => late.reject(new Error('late')), checkMs)
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
  const ready = states.every(
    ([name, state]) => state === 'ok' || dependencies.some((each) => each.name === name && each.required === false),
  )
  return { ready, dependencies: Object.fromEntries(states) }
}
