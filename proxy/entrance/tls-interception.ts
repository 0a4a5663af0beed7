import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { guarded } from '@arcx/service-kit/guarded'
import { normalHost } from '../egress/policy/host.ts'
import type { Authority } from './authority.ts'

/** What a TLS handshake begins with (RFC 8446, section 5.1). */
export const tlsHandshake = 22

export interface Interception {
  readonly authority: Authority
  /** The host of the tunnel; null for whatever the handshake names (RFC 6066, section 3). */
  readonly wanted: string | null
  readonly withinMs: number
  onSecured(tls: TLSSocket, host: string): void
}

/** Answers a handshake as the server that it names, with a certificate of the deployment's authority. */
export function interceptTls(socket: Socket, { authority, wanted, withinMs, onSecured }: Interception): void {
  let host = wanted
  const tls = new TLSSocket(socket, {
    isServer: true,
    ALPNProtocols: ['h2', 'http/1.1'],
    SNICallback: (name, done) => {
      // The name in the handshake is the tunnel's, or there is no certificate for it.
      const named = normalHost(name)
      host ??= named
      if (named === null || named !== host) done(new Error('The handshake names another host, or none.'))
      else void certify(authority, named, done)
    },
  })
  const timer = setTimeout(() => tls.destroy(), withinMs)
  tls.on('error', () => tls.destroy())
  tls.once('close', () => clearTimeout(timer))
  const secured = () => {
    clearTimeout(timer)
    // Without a name it is HTTPS to a bare address.
    if (host === null) return void tls.destroy()
    // As a server of its own would: HTTP/2 waits for it.
    Object.assign(tls, { secureConnecting: false })
    onSecured(tls, host)
  }
  tls.once(
    'secure',
    guarded(secured, () => tls.destroy()),
  )
}

async function certify(
  authority: Authority,
  host: string,
  done: (error: Error | null, context?: Awaited<ReturnType<Authority['contextFor']>>) => void,
): Promise<void> {
  let context: Awaited<ReturnType<Authority['contextFor']>>
  try {
    context = await authority.contextFor(host)
  } catch (error) {
    return done(error instanceof Error ? error : new Error(String(error)))
  }
  done(null, context)
}
