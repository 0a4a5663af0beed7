import { t } from '@lingui/core/macro'
const browsers = [
  ['Firefox', /Firefox\//],
  ['Edge', /Edg\//],
  ['Opera', /OPR\//],
  ['Chrome', /Chrom(e|ium)\//],
  ['Safari', /Safari\//],
] as const
const systems = [
  ['Android', /Android/],
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X/],
  ['Linux', /Linux|X11/],
] as const

/** A `User-Agent` in words a person knows; its first word where it is none of the usual. */
export function deviceOf(userAgent: string): string {
  // The desktop app says whose computer it is on.
  if (userAgent.startsWith('arcx app ')) return userAgent
  const browser = browsers.find(([, mark]) => mark.test(userAgent))?.[0]
  const system = systems.find(([, mark]) => mark.test(userAgent))?.[0]
  if (browser === undefined) return userAgent.split(/[\s/]/)[0]?.slice(0, 40) || t`Unknown device`
  return system === undefined ? browser : t`${browser} on ${system}`
}
