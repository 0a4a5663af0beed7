import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { normalHost } from '../egress/policy/host.ts'
import { HostRefused, Refusal } from '../egress/policy/refusal.ts'
import type { Call } from '../egress/request/call.ts'
import { percentEncoded } from './request-target.ts'

const maxTarget = 16 * 1024

export interface HostAndPort {
  /** In normal form. */
  readonly host: string
  readonly port: number
}

/** What is known of a connection: whose it is, and within a tunnel, to where. */
export interface Origin {
  readonly workspaceId: string
  readonly tunnel: { readonly scheme: 'http' | 'https'; readonly host: string; readonly port: number } | null
}

/** What a request asks for, in whichever of the ways it says so. @throws {Refusal} where that is none. */
export function callOf({ workspaceId, tunnel }: Origin, request: IncomingMessage | Http2ServerRequest): Call {
  const asked = percentEncoded(request.url ?? '')
  const hostHeader = 'authority' in request ? namedHost(request) : (request.headers.host ?? '')
  if (asked.length > maxTarget)
    throw new Refusal(414, 'target_too_long', `An address has at most ${maxTarget} characters.`)
  if (tunnel !== null) {
    if (!asked.startsWith('/')) throw new Refusal(400, 'target_invalid', 'Within a tunnel an address is a path.')
    // A tunnel goes to one host: what is asked of another in it would go round the policy.
    const named = hostAndPort(hostHeader, tunnel.port)
    if (named?.host !== tunnel.host)
      throw new HostRefused(421, 'host_differs', `This tunnel goes to ${tunnel.host}.`, hostHeader, tunnel.scheme)
    return { workspaceId, ...tunnel, hostHeader, target: asked }
  }
  const [, upstream, rest = ''] = /^\/to\/([^/?]+)(.*)$/s.exec(asked) ?? []
  if (upstream !== undefined) {
    const named = hostAndPort(upstream, 443)
    if (named === null) throw badHost(upstream, 'https')
    return { workspaceId, scheme: 'https', ...named, hostHeader, target: rest.startsWith('/') ? rest : `/${rest}` }
  }
  if (asked.startsWith('/') && !/^(?:127\.0\.0\.1|localhost)(?::|$)/.test(hostHeader)) {
    const named = hostAndPort(hostHeader, 80)
    if (named === null) throw badHost(hostHeader, 'http')
    return { workspaceId, scheme: 'http', ...named, hostHeader, target: asked }
  }
  const [, scheme = '', authority = '', path = ''] = /^(https?|wss?):\/\/([^/?#@]+)([/?][^#]*)?$/i.exec(asked) ?? []
  const kind = ['https', 'wss'].includes(scheme.toLowerCase()) ? 'https' : 'http'
  const named = scheme === '' ? null : hostAndPort(authority, kind === 'https' ? 443 : 80)
  if (scheme === '' && asked.includes('#')) throw hasFragment()
  if (scheme === '')
    throw new Refusal(
      400,
      'target_invalid',
      'This is arcx’s proxy: ask it for http://HOST/…, CONNECT HOST:443, or /to/HOST/….',
    )
  if (named === null) throw badHost(authority, kind)
  return { workspaceId, scheme: kind, ...named, hostHeader, target: path.startsWith('/') ? path : `/${path}` }
}

/** Both ways of naming it must name the same (RFC 9113, section 8.3.1). */
function namedHost(request: Http2ServerRequest): string {
  const { ':authority': authority, host } = request.headers
  if (authority !== undefined && host !== undefined && host !== authority)
    throw new Refusal(400, 'host_differs', 'This request names two hosts.')
  return authority ?? host ?? ''
}

/** RFC 6455, section 3; RFC 9112, section 3.2. */
export const hasFragment = () =>
  new Refusal(
    400,
    'target_invalid',
    'The address of a request has no fragment: leave out what stands from # on, or write %23 where the character itself is meant.',
  )

export const badHost = (text: string, scheme: 'http' | 'https') =>
  new HostRefused(
    403,
    'host_refused',
    `“${text.slice(0, 100)}” is no host name. Bare addresses are not let through: use the name. One that has none can be given one by whoever runs this server, in ARC_EGRESS_NAMES.`,
    text,
    scheme,
  )

/** `null` for what is no name of a host. */
export function hostAndPort(authority: string, fallback: number): HostAndPort | null {
  const [, name = '', port] = /^([^:[\]]+)(?::(\d{1,5}))?$/.exec(authority) ?? []
  const host = normalHost(name)
  const number = port === undefined ? fallback : Number(port)
  return host === null || number < 1 || number > 65_535 ? null : { host, port: number }
}
