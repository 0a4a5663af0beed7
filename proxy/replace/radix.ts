/** Base64 and base32 (RFC 4648): so many bits a character. */
export interface Radix {
  readonly bits: number
  readonly alphabet: string
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
export const base64: Radix = { bits: 6, alphabet: `${letters}+/` }
export const base64url: Radix = { bits: 6, alphabet: `${letters}-_` }
export const base32: Radix = { bits: 5, alphabet: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567' }

/** A character that a text shares with what stands before or behind it: which bits are the text's, and which others stand in for them. */
export interface Border {
  readonly radix: Radix
  readonly mask: number
  readonly from: number
  readonly to: number
}

/** A text in a radix, as it stands so many bytes behind the beginning of a group. */
export interface Inner {
  /** Of characters that nothing before or behind it has part in. */
  readonly from: string
  readonly to: string
  readonly lead: Border | null
  readonly trail: Border | null
}

/** How many places there are in a group at which a byte may stand. */
export const offsetsOf = ({ bits }: Radix): readonly number[] =>
  Array.from({ length: bits === 6 ? 3 : 5 }, (_, offset) => offset)

/** Both are of bytes; what stands in has a border where it is as long. */
export function innerOf(from: Buffer, to: Buffer, offset: number, radix: Radix): Inner {
  const { bits } = radix
  const written = indexesOf(from, offset, bits)
  const instead = indexesOf(to, offset, bits)
  const first = Math.ceil((8 * offset) / bits)
  const lastOf = (bytes: Buffer) => Math.floor((8 * (offset + bytes.length)) / bits)
  const textOf = (indexes: readonly number[], bytes: Buffer) =>
    indexes
      .slice(first, lastOf(bytes))
      .map((index) => radix.alphabet.charAt(index))
      .join('')
  const leading = first * bits - 8 * offset
  const trailing = 8 * (offset + from.length) - lastOf(from) * bits
  const borderAt = (index: number, mask: number): Border => ({
    radix,
    mask,
    from: (written[index] ?? 0) & mask,
    to: (instead[index] ?? 0) & mask,
  })
  return {
    from: textOf(written, from),
    to: textOf(instead, to),
    lead: leading === 0 ? null : borderAt(first - 1, (1 << leading) - 1),
    trail:
      trailing === 0 || from.length !== to.length
        ? null
        : borderAt(lastOf(from), ((1 << trailing) - 1) << (bits - trailing)),
  }
}

/** Each character's number, with zeros before and behind. */
function indexesOf(bytes: Buffer, offset: number, bits: number): readonly number[] {
  const indexes: number[] = []
  let held = 0
  let count = 0
  for (const byte of Buffer.concat([Buffer.alloc(offset), bytes, Buffer.alloc(1)])) {
    held = ((held << 8) | byte) & 0xffff
    count += 8
    while (count >= bits) {
      count -= bits
      indexes.push((held >>> count) & ((1 << bits) - 1))
    }
  }
  return indexes
}
