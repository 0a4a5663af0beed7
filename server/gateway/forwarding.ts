import type { IncomingHttpHeaders } from 'node:http'
import { harmlessSetCookies, withoutOwnCookies } from '../browser/cookies.ts'

/** Headers that only arcx itself may say towards a workspace. */
const spokenByUs = /^(x-forwarded-|x-real-ip$|forwarded$|x-arcx-)/

/** Takes from a request, in place, whatever of ours a workspace must not see. */
export function cleanRequest(headers: IncomingHttpHeaders, clientAddress: string, secure: boolean): void {
  for (const name of Object.keys(headers)) if (spokenByUs.test(name)) delete headers[name]
  const cookie = withoutOwnCookies(headers.cookie)
  if (cookie === undefined) delete headers.cookie
  else headers.cookie = cookie
  if (/^bearer\s+arcx_/i.test(headers.authorization ?? '')) delete headers.authorization
  // Whoever waited to be told to go on has been told so here (RFC 9110, section 10.1.1).
  delete headers.expect
  headers['x-forwarded-for'] = clientAddress
  headers['x-forwarded-proto'] = secure ? 'https' : 'http'
  if (headers.host !== undefined) headers['x-forwarded-host'] = headers.host
}

/** A workspace's word on these would reach beyond its own host, or past the gateway. */
const notAWorkspacesToSay = [
  'clear-site-data',
  'strict-transport-security',
  'alt-svc',
  'public-key-pins',
  'nel',
  'report-to',
  'reporting-endpoints',
]

/** Takes from a response, in place, whatever a workspace must not say to a browser. */
export function cleanResponse(headers: IncomingHttpHeaders): void {
  for (const name of notAWorkspacesToSay) delete headers[name]
  const cookies = headers['set-cookie']
  if (cookies !== undefined) headers['set-cookie'] = harmlessSetCookies(cookies)
  // No other site shows it in a frame; its own policy stays as it is, as browsers apply all of them.
  const own = headers['content-security-policy']
  headers['content-security-policy'] = [own, "frame-ancestors 'self'"]
    .filter((policy) => policy !== undefined)
    .join(', ')
  headers['referrer-policy'] ??= 'same-origin'
}

/**
 * Whether a path that asks the IDE to pass on to a port of the workspace names one: an integer from 1 to 65535 and
 * nothing else, so that it cannot become part of a host name.
 */
export function hasSoundPort(path: string): boolean {
  const named = /^\/+(?:proxy|absproxy)(?:\/+([^/?#]*))?/i.exec(path)
  const port = named?.[1]
  if (port === undefined || port === '') return true
  return /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65535
}
