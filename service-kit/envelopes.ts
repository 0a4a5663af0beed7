import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { open, seal } from './sealing.ts'

const version = 2
const idBytes = 8
const keyBytes = 32
/** IV and tag of AES-256-GCM, and the key in it as base64. */
const wrappedBytes = 12 + 16 + 44
const headBytes = 1 + idBytes

interface WrappingKey {
  readonly id: Buffer
  readonly key: Buffer
}

/** From a setting's text by HKDF (RFC 5869); its id tells it from others and says nothing of it. */
function wrappingKey(text: string): WrappingKey {
  const key = Buffer.from(hkdfSync('sha256', text, 'arcx', 'secrets', keyBytes))
  return { key, id: createHash('sha256').update('arcx key id').update(key).digest().subarray(0, idBytes) }
}

/**
 * People's secrets at rest: each sealed with a key of its own, and that key with the deployment's (`ARC_SECRETS_KEY`).
 * Another key for the deployment takes a new wrapping of each, not its value; until all are done, the former one opens too.
 */
export class Envelopes {
  readonly #current: WrappingKey
  readonly #known: readonly WrappingKey[]

  /** `former`: keys that opened them before, newest first. */
  constructor(current: string, former: readonly string[] = []) {
    this.#current = wrappingKey(current)
    this.#known = [this.#current, ...former.map(wrappingKey)]
  }

  seal(text: string, context: string): Buffer {
    const key = randomBytes(keyBytes)
    return Buffer.concat([this.#wrap(key, context), seal(key, text, context)])
  }

  /** `null` where no key that is known opens it, or the context is another. */
  open(sealed: Uint8Array, context: string): string | null {
    const wrapping = this.#wrappingOf(sealed)
    // Sealed with the deployment's key itself, as it was at first.
    if (wrapping === null)
      return this.#known.map(({ key }) => open(key, sealed, context)).find((text) => text !== null) ?? null
    const key = this.#unwrap(wrapping, sealed, context)
    return key === null ? null : open(key, sealed.subarray(headBytes + wrappedBytes), context)
  }

  isCurrent(sealed: Uint8Array): boolean {
    return this.#wrappingOf(sealed) === this.#current
  }

  /** The same under the current key; `null` where no key that is known opens it. */
  renew(sealed: Uint8Array, context: string): Buffer | null {
    const wrapping = this.#wrappingOf(sealed)
    if (wrapping === null) {
      const text = this.open(sealed, context)
      return text === null ? null : this.seal(text, context)
    }
    const key = this.#unwrap(wrapping, sealed, context)
    return key === null ? null : Buffer.concat([this.#wrap(key, context), sealed.subarray(headBytes + wrappedBytes)])
  }

  #wrappingOf(sealed: Uint8Array): WrappingKey | null {
    if (sealed[0] !== version) return null
    return this.#known.find(({ id }) => id.equals(sealed.subarray(1, headBytes))) ?? null
  }

  #wrap(key: Buffer, context: string): Buffer {
    return Buffer.concat([
      Buffer.from([version]),
      this.#current.id,
      seal(this.#current.key, key.toString('base64'), `key of ${context}`),
    ])
  }

  #unwrap(wrapping: WrappingKey, sealed: Uint8Array, context: string): Buffer | null {
    const text = open(wrapping.key, sealed.subarray(headBytes, headBytes + wrappedBytes), `key of ${context}`)
    return text === null ? null : Buffer.from(text, 'base64')
  }
}
