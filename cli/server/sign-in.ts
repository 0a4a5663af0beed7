import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, userInfo } from 'node:os'
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

/** By the browser on this machine, which comes back to a port of ours (RFC 8252, section 7.3; RFC 7636). */
export async function signInByBrowser(server: Server, show: (url: string) => Promise<void>): Promise<Credential> {
  const [state, verifier] = [randomBytes(24).toString('base64url'), randomBytes(32).toString('base64url')]
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const listener = createServer()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  try {
    const code = new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Failure('Nobody signed in within ten minutes.', 'timed_out', exitCodes.signedOut)), waitMs)
      listener.on('request', (request, response) => {
        const url = new URL(request.url ?? '/', 'http://127.0.0.1')
        const given = url.searchParams.get('code')
        // Another page that guessed the port does not know the state.
        const good = url.pathname === '/callback' && url.searchParams.get('state') === state && given !== null
        response.writeHead(good ? 200 : 400, { 'content-type': 'text/html; charset=utf-8', connection: 'close', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'", 'referrer-policy': 'no-referrer' })
        response.end(page(good ? 'Signed in' : 'That did not work', good ? 'Go back to your terminal; you can close this page.' : 'Run arcx login again.'))
        if (!good) return
        clearTimeout(timer)
        resolve(given)
      })
    })
    await show(`${server.origin}/authorize?${new URLSearchParams({ port: String(port), state, challenge, name: clientName() })}`)
    const { token, login } = await server.api.programs.exchange.mutate({ code: await code, verifier })
    return { server: server.origin, token: token.token, login }
  } finally {
    listener.close()
    listener.closeAllConnections()
  }
}

/** By a code that one types in a browser anywhere (RFC 8628). */
export async function signInByDevice(server: Server, show: (userCode: string, url: string) => Promise<void>): Promise<Credential> {
  const begun = await server.api.programs.beginDevice.mutate({ clientName: clientName() })
  await show(begun.userCode, begun.completeUrl)
  const until = Date.now() + begun.expiresInSeconds * 1000
  let intervalMs = begun.intervalSeconds * 1000
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, intervalMs))
    const outcome = await server.api.programs.pollDevice.mutate({ deviceCode: begun.deviceCode }).catch((error: unknown) => {
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

const page = (title: string, text: string) =>
  `<!doctype html><meta name="color-scheme" content="dark light"><title>${title}</title><body style="font:16px system-ui;display:grid;place-items:center;min-height:90vh"><main><h1>${title}</h1><p>${text}</p></main>`
