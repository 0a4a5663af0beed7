import type { IncomingHttpHeaders } from 'node:http'

const harmlessMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether a request may have come from a page of this very origin, or from a person who typed or clicked an address.
 * Upgrades and changes need the exact `Origin`; reads by another site's page are told by fetch metadata, which
 * browsers send and pages cannot forge.
 */
export function mayCross(method: string, headers: IncomingHttpHeaders, ownOrigin: string, isUpgrade: boolean): boolean {
  if (isUpgrade || !harmlessMethods.has(method)) return headers.origin === ownOrigin
  if (headers.origin !== undefined && headers.origin !== ownOrigin) return false
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return true
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
}
