import { domainToASCII } from 'node:url'
import ipaddr from 'ipaddr.js'

/** The same few are asked for at every request, and judging one costs more than all else that is done with it. */
const remembered = new Map<string, string | null>()
const rememberedLimit = 2000

/**
 * A host name as it is compared: lower case, in ASCII (UTS 46), without the root's dot. `null` for what is no name:
 * an address in any notation, odd ones too, and anything that URL parsers and resolvers could read differently.
 */
export function normalHost(text: string): string | null {
  const known = remembered.get(text)
  if (known !== undefined) return known
  const host = normalise(text)
  if (remembered.size >= rememberedLimit) remembered.clear()
  remembered.set(text, host)
  return host
}

function normalise(text: string): string | null {
  // What separates parts of an address, or hides such, is no part of a name.
  if (/[\u0000-\u0020%/?#@:\\[\]<>^|\u007f]/.test(text)) return null
  const name = domainToASCII(text.replace(/\.$/, '')).toLowerCase()
  if (name === '' || name.length > 253 || isAddress(name)) return null
  const labels = name.split('.')
  if (!labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))) return null
  // `1.2.3.0x4`, `017700000001`: what ends in a number is read as an address by some (WHATWG URL, host parsing).
  return /^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '') ? null : name
}

export function isAddress(text: string): boolean {
  const bare = text.replace(/^\[|\]$/g, '')
  return ipaddr.isValid(bare) || ipaddr.IPv4.isValid(bare)
}

/** `api.example.com`, or `*.example.com` for all below it and not itself. */
export function matchesHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1
    : host === pattern
}
