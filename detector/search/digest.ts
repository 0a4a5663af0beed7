import { kinds } from './kinds.ts'

const signsOfBase64 = Uint8Array.from(kinds, (kind, code) =>
  kind !== 0 || code === 43 || code === 47 || code === 61 ? 1 : 0,
)

export const isOfBase64 = (code: number): boolean => signsOfBase64[code] === 1

const longest = 90
const names = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'md5', 'h1'].map((name) =>
  Uint8Array.from(name, (char) => char.charCodeAt(0)),
)

/** Whether a place lies in what lock files call by the name of its digest: `sha512-…`, with the signs of base64 in it. */
export function isDigest(bytes: Uint8Array, at: number): boolean {
  let begin = at
  const first = Math.max(0, at - longest)
  while (begin > first && isOfBase64(bytes[begin - 1] ?? 0) && bytes[begin - 1] !== 61) begin -= 1
  const sign = bytes[begin - 1]
  return (sign === 58 || sign === 45 || sign === 61) && names.some((name) => isBehind(bytes, begin - 1, name))
}

function isBehind(bytes: Uint8Array, end: number, name: Uint8Array): boolean {
  const from = end - name.length
  for (let at = name.length - 1; at >= 0; at -= 1) if (bytes[from + at] !== name[at]) return false
  // `h1` alone, and not the end of a word.
  return name.length > 2 || kinds[bytes[from - 1] ?? 0] === 0
}
