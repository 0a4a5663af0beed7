import { randomBytes } from 'node:crypto'
import type { Addresses } from '../addresses.ts'
import { writeCookie } from '../browser/cookies.ts'
import { browserHash } from '../entry/entry-codes.ts'
import type { Verdict } from '../entry/workspace-hosts.ts'
import type { RequestHead, AccessDecision } from './access.ts'

const entrySeconds = 120

/** How a request without access is answered: a page's navigation is redirected, a program gets a status. */
export function verdictOn(
  access: Exclude<AccessDecision, { kind: 'open' }>,
  name: string,
  asked: RequestHead,
  addresses: Addresses,
): Exclude<Verdict, { kind: 'open' }> {
  const navigates = isNavigation(asked)
  switch (access.kind) {
    case 'resting':
      return navigates
        ? { kind: 'elsewhere', location: openingUrl(name, asked.url, addresses), cookie: null }
        : { kind: 'refused', status: 503, message: 'The workspace is not running.' }
    case 'moved':
      return navigates
        ? { kind: 'elsewhere', location: movedUrl(name, access.name, asked.url, addresses), cookie: null }
        : { kind: 'refused', status: 410, message: 'The workspace has been renamed.' }
    case 'stranger':
      return navigates
        ? { kind: 'elsewhere', ...entry(name, asked.url, addresses) }
        : { kind: 'refused', status: 401, message: 'Open the workspace from the dashboard first.' }
    case 'refused':
      return access
  }
}

export function isNavigation(asked: RequestHead): boolean {
  if (asked.method !== 'GET') return false
  const mode = asked.headers['sec-fetch-mode']
  return mode === undefined ? (asked.headers.accept ?? '').includes('text/html') : mode === 'navigate'
}

/** The control plane's way in, with a cookie by which the browser is known again when it comes back. */
function entry(name: string, path: string | undefined, addresses: Addresses) {
  const nonce = randomBytes(24).toString('base64url')
  const query = new URLSearchParams({ name, to: addresses.ownPath(path), browser: browserHash(nonce) })
  return {
    location: `${addresses.publicOrigin}/auth/workspace?${query}`,
    cookie: writeCookie('arc_entry', nonce, entrySeconds, addresses.secure),
  }
}

/** The control plane's page that starts it, shows how that goes and comes back here. */
function openingUrl(name: string, path: string | undefined, addresses: Addresses): string {
  return `${addresses.publicOrigin}/open/${name}?${new URLSearchParams({ to: addresses.ownPath(path) })}`
}

/** The same path under a workspace's new name, where addresses in it name the host too. */
function movedUrl(name: string, now: string, path: string | undefined, addresses: Addresses): string {
  const [from, to] = [name, now].map((each) => addresses.workspaceOrigin(each))
  const url = new URL(addresses.ownPath(path), to)
  const [fromHost, toHost] = [from, to].map((origin) => `vscode-remote://${new URL(origin ?? '').host}/`)
  const values = [...url.searchParams].map(([key, value]) => [key, value.replaceAll(fromHost ?? '', toHost ?? '')])
  url.search = new URLSearchParams(values).toString()
  return url.href
}
