import { hostname, userInfo } from 'node:os'
import { makeProofKey, openLoopback } from '@arcx/loopback'
import { Failure, exitCodes, failureOf } from '../failure.ts'
import type { Credential } from './credentials.ts'
import { Server } from './server.ts'

const waitMs = 10 * 60_000

export function clientName(): string {
  return `arcx CLI of ${userInfo().username} on ${hostname()}`.slice(0, 80)
}

/** A token that one has: good if the server knows it. */
export async function signInByToken(server: Server, token: string): Promise<Credential> {
  const me = await new Server(server.origin, token).api.auth.me.query()
  if (me === null) throw new Failure('That token is not a person’s.', 'token_wrong', exitCodes.signedOut)
  return { server: server.origin, token, login: me.login }
}

/** By the browser on this machine, which comes back to a port of ours. */
export async function signInByBrowser(server: Server, show: (url: string) => Promise<void>): Promise<Credential> {
  const { state, verifier, challenge } = makeProofKey()
  const code = Promise.withResolvers<string>()
  const loopback = await openLoopback(
    { done: 'Go back to your terminal; you can close this page.', again: 'Run arcx login again.' },
    (given, stateGiven) => {
      if (stateGiven !== state) return false
      code.resolve(given)
      return true
    },
  )
  const timer = setTimeout(
    () => code.reject(new Failure('Nobody signed in within ten minutes.', 'timed_out', exitCodes.signedOut)),
    waitMs,
  )
  try {
    await show(
      `${server.origin}/authorize?${new URLSearchParams({ port: String(loopback.port), state, challenge, name: clientName() })}`,
    )
    const { token, login } = await server.api.programs.exchange.mutate({ code: await code.promise, verifier })
    return { server: server.origin, token: token.token, login }
  } finally {
    clearTimeout(timer)
    loopback.close()
  }
}

/** By a code that one types in a browser anywhere (RFC 8628). */
export async function signInByDevice(
  server: Server,
  show: (userCode: string, url: string) => Promise<void>,
): Promise<Credential> {
  const begun = await server.api.programs.beginDevice.mutate({ clientName: clientName() })
  await show(begun.userCode, begun.completeUrl)
  const until = Date.now() + begun.expiresInSeconds * 1000
  let intervalMs = begun.intervalSeconds * 1000
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, intervalMs))
    const outcome = await server.api.programs.pollDevice
      .mutate({ deviceCode: begun.deviceCode })
      .catch((error: unknown) => {
        // A hiccup, or asked too often: later, and less often (RFC 8628, section 3.5).
        if (![exitCodes.unavailable, exitCodes.limit].some((code) => code === failureOf(error).exitCode)) throw error
        intervalMs += 2000
        return { state: 'pending' } as const
      })
    if (outcome.state === 'approved') return { server: server.origin, token: outcome.token.token, login: outcome.login }
    if (outcome.state === 'denied') throw new Failure('You refused it in the browser.', 'denied', exitCodes.signedOut)
    if (outcome.state === 'expired') break
  }
  throw new Failure('The code has expired. Run arcx login again.', 'timed_out', exitCodes.signedOut)
}
