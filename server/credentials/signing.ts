import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export type Purpose = 'session' | 'github grant' | 'workspace session' | 'workspace entry' | 'supervisor'

/** As a `KeyObject` it is not taken in anew for each signature, which costs more than the signature does. */
export type SigningKey = Buffer | KeyObject

/** A key for one purpose, by HKDF (RFC 5869), so that no signature of one kind passes as another. */
export function deriveKey(adminToken: string, purpose: Purpose): Buffer {
  return Buffer.from(hkdfSync('sha256', adminToken, 'arcx', purpose, 32))
}

/** `claim.claim….signature`; the claims hold no dot. */
export function sign(key: SigningKey, claims: readonly string[]): string {
  const body = claims.join('.')
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`
}

/** The claims of what `sign` made with the same key, or `null`. Takes the same time wherever it differs. */
export function verify(key: SigningKey, value: string, count: number): readonly string[] | null {
  if (value.length > 1000) return null
  const cut = value.lastIndexOf('.')
  const body = value.slice(0, Math.max(0, cut))
  // The text itself is compared: several texts decode to the same bytes.
  const given = Buffer.from(value.slice(cut + 1))
  const expected = Buffer.from(createHmac('sha256', key).update(body).digest('base64url'))
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  const claims = body.split('.')
  return claims.length === count ? claims : null
}
