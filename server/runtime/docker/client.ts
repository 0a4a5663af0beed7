import Docker from 'dockerode'
import { errors, refusalOf } from '@arcx/router'
import { socketPathOf } from './host.ts'

export type DockerClient = Docker

/** A client for the engine at `unix:///path`. Homes and sockets are mounted, so it must be on this machine. */
export const openDocker = (dockerHost: string): DockerClient => new Docker({ socketPath: socketPathOf(dockerHost) })

export function statusOf(error: unknown): number | null {
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null
}

const connectionErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'EACCES'])

/** Runs a call to the engine; when the engine is away, or at odds with itself as while it shuts down, that is what it says. */
export async function ask<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (statusOf(error) === null && typeof code === 'string' && connectionErrors.has(code))
      throw errors.engineUnavailable(error)
    if ((statusOf(error) ?? 0) >= 500)
      throw (
        refusalOf(error) ??
        errors.engineTroubled(error instanceof Error ? error.message.slice(0, 300) : 'unknown', error)
      )
    throw error
  }
}

/** The call's answer, or `null` where the engine knows no such thing. */
export async function orNothing<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await ask(call)
  } catch (error) {
    // 409: somebody else is removing it at this moment. 304: it is so already.
    if ([304, 404, 409].includes(statusOf(error) ?? 0)) return null
    throw error
  }
}

/** The answer of a call that only a container that runs takes. @throws `workspace_not_running`. */
export async function orNotRunning<T>(call: Promise<T>): Promise<T> {
  const answered = call.catch((error: unknown) => {
    throw isNotRunning(error) ? errors.workspaceNotRunning(error) : error
  })
  return ask(answered)
}

/** One that ends between the making of an exec and its start is told as an error of the engine's own. */
const isNotRunning = (error: unknown): boolean => {
  const status = statusOf(error)
  return (
    status === 404 ||
    status === 409 ||
    (status === 500 && error instanceof Error && /\bcontainer not running\b|\bis not running\b/.test(error.message))
  )
}
