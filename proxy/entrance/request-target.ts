const maxLine = 64 * 1024

/** Bytes beyond ASCII in the form that every server takes (RFC 3986, section 2.1). */
export const percentEncoded = (target: string): string =>
  target.replaceAll(/[^\x00-\x7f]+/gu, (text) =>
    [...Buffer.from(text, /^[\x80-\xff]*$/.test(text) ? 'latin1' : 'utf8')]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  )

/** Where the first line that has something in it begins, and where it ends: empty ones before it are let be (RFC 9112, section 2.2). */
function firstLine(start: Buffer): { readonly from: number; readonly to: number } {
  let from = 0
  while (start[from] === 13 || start[from] === 10) from += 1
  return { from, to: start.subarray(0, maxLine).indexOf(10, from) }
}

/** Whether more is to come before it is known what is in the first line. */
export const isInFirstLine = (start: Buffer): boolean => start.length < maxLine && firstLine(start).to === -1

/**
 * What a connection begins with, with the bytes beyond ASCII in its first line percent-encoded: Node's HTTP/1.1 parser
 * takes none in an address, and programs such as curl send what they are given. Null where there is nothing to encode.
 */
export function withAsciiTarget(start: Buffer): Buffer | null {
  const { from, to } = firstLine(start)
  if (to === -1) return null
  const line = start.toString('latin1', from, to)
  const encoded = percentEncoded(line)
  return encoded === line ? null : Buffer.concat([Buffer.from(encoded, 'latin1'), start.subarray(to)])
}
