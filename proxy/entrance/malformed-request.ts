import { Refusal } from '../egress/policy/refusal.ts'

export const headerBytes = 64 * 1024

/** What the parser's reasons (llhttp) mean to whoever wrote the request. */
const malformed: Readonly<Record<string, string>> = {
  HPE_CR_EXPECTED: ': a line ends with LF alone, where HTTP has CR LF',
  HPE_LF_EXPECTED: ': a line ends with CR alone, where HTTP has CR LF',
  HPE_INVALID_METHOD: ': it has no method that is known',
  HPE_INVALID_URL:
    ': its address has a character that belongs in none. What is no ASCII is percent-encoded: é as %C3%A9',
  HPE_INVALID_VERSION: ': it names no version of HTTP that is known',
  HPE_INVALID_CONSTANT: ': it names no version of HTTP that is known',
  HPE_INVALID_HEADER_TOKEN: ': a header has a character that belongs in none',
  HPE_INVALID_CONTENT_LENGTH: ': its length is no number',
  HPE_UNEXPECTED_CONTENT_LENGTH: ': it says its length in two ways',
  HPE_INVALID_TRANSFER_ENCODING: ': its transfer coding does not end with chunked',
  HPE_INVALID_CHUNK_SIZE: ': a piece of its body does not say its size',
}

/** What to say to whoever sent what the parser does not take. */
export function malformedRequest(error: NodeJS.ErrnoException): Refusal {
  if (error.code === 'HPE_HEADER_OVERFLOW')
    return new Refusal(431, 'headers_too_long', `Headers have at most ${headerBytes / 1024} KB together.`)
  const reason = /CRLF/.test(error.message) ? malformed['HPE_CR_EXPECTED'] : malformed[error.code ?? '']
  return new Refusal(400, 'request_malformed', `This is no well-formed HTTP request${reason ?? ''}.`)
}
