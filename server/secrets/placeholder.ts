import { randomInt } from 'node:crypto'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const prefix = /^(?:[A-Za-z][A-Za-z0-9]{0,11}[-_])+/

/**
 * What stands in for a value where workspaces see it: as long, with the prefix by which programs know its kind, and the
 * same first and last character, so that base64 around it comes out as it would around the value. The rest is random.
 */
export function placeholderFor(value: string): string {
  const known = prefix.exec(value)?.[0] ?? ''
  const kept = known !== '' && known.length <= value.length / 2 ? known : value.slice(0, 1)
  const random = Array.from({ length: value.length - kept.length - 1 }, () => letters[randomInt(letters.length)]).join('')
  return kept + random + value.slice(-1)
}
