/**
 * Reads answers as a client does that takes HTTP/1.1 at its word (RFC 9112): what is framed in a way that two readers may
 * understand in two ways is an error.
 */
export interface StrictAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** Where the next answer begins; `null` where there is none, as the connection ends with this one. */
  readonly next: number | null
}

export class FramingError extends Error {}

/** The answer that begins at `at`; `null` while it is not whole. @throws `FramingError`. */
export function readAnswer(
  bytes: Buffer,
  at: number,
  { method, ended }: { readonly method: string; readonly ended: boolean },
): StrictAnswer | null {
  const text = bytes.toString('latin1', at)
  const headLength = text.indexOf('\r\n\r\n')
  if (headLength < 0) return null
  const [line = '', ...fields] = text.slice(0, headLength).split('\r\n')
  const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) [\t\x20-\x7e\x80-\xff]*$/.exec(line)?.[1])
  if (Number.isNaN(status)) throw new FramingError(`status line ${JSON.stringify(line)}`)
  const headers = new Map<string, string>()
  for (const field of fields) {
    const [, name = '', value = ''] =
      /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/.exec(field) ?? []
    if (name === '') throw new FramingError(`header ${JSON.stringify(field)}`)
    const key = name.toLowerCase()
    if (headers.has(key) && ['content-length', 'transfer-encoding'].includes(key))
      throw new FramingError(`${key} twice`)
    headers.set(key, value)
  }
  const from = headLength + 4
  const answer = (body: string, end: number): StrictAnswer => ({
    status,
    headers,
    body,
    next: /\bclose\b/i.test(headers.get('connection') ?? '') ? null : at + end,
  })
  const [length, coding] = [headers.get('content-length'), headers.get('transfer-encoding')]
  if (length !== undefined && coding !== undefined) throw new FramingError('both a length and a coding')
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new FramingError(`length ${length}`)
  if (coding !== undefined && coding !== 'chunked') throw new FramingError(`coding ${coding}`)
  if (status < 200 || status === 204 || status === 304) {
    if (length !== undefined || coding !== undefined) throw new FramingError(`${status} with a body`)
    return answer('', from)
  }
  if (method === 'HEAD') return answer('', from)
  if (length !== undefined)
    return text.length < from + Number(length)
      ? null
      : answer(text.slice(from, from + Number(length)), from + Number(length))
  if (coding !== undefined) return chunked(text, from, answer)
  if (!/\bclose\b/i.test(headers.get('connection') ?? ''))
    throw new FramingError('neither a length nor a coding, and the connection stays')
  return ended ? answer(text.slice(from), text.length) : null
}

function chunked(text: string, from: number, answer: (body: string, end: number) => StrictAnswer): StrictAnswer | null {
  let body = ''
  for (let at = from; ;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = text.slice(at, lineEnd)
    if (!/^[0-9a-f]{1,8}$/i.test(size)) throw new FramingError(`chunk size ${JSON.stringify(size)}`)
    const end = lineEnd + 2 + Number.parseInt(size, 16)
    if (text.length < end + 2) return null
    if (text.slice(end, end + 2) !== '\r\n') throw new FramingError('a chunk longer than it says, or trailers')
    if (Number.parseInt(size, 16) === 0) return answer(body, end + 2)
    body += text.slice(lineEnd + 2, end)
    at = end + 2
  }
}
