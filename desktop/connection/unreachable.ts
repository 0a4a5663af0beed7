import { certificateMessage, faultByNode } from './certificate.ts'

/** Why a server could not be asked, from what `fetch` threw, for the person. */
export function whyUnreachable(server: string, error: unknown): string {
  const { host, hostname } = new URL(server)
  const codes = codesIn(error)
  for (const code of codes) {
    const fault = faultByNode(code)
    if (fault !== null) return certificateMessage(host, fault)
  }
  if (codes.some((code) => code === 'EPROTO' || code.startsWith('ERR_SSL_')))
    return `What answers at ${server} does not speak https as this app does. If your server is meant to be reached without encryption, type http:// before its address.`
  if (codes.includes('ENOTFOUND'))
    return `No computer of the name ${hostname} is known here. Check the address, and that you are on the network where it is known.`
  if (
    codes.some((code) =>
      ['TimeoutError', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT'].includes(code),
    )
  )
    return `${server} did not answer in time. Check the address, and that you can reach it.`
  return `Nothing answers at ${server}. Check the address, and that you can reach it.`
}

/** Names and codes, along the causes and into what was tried side by side. */
function codesIn(error: unknown, depth = 0): readonly string[] {
  if (depth > 5 || !(error instanceof Error)) return []
  const own = 'code' in error && typeof error.code === 'string' ? [error.code, error.name] : [error.name]
  const others = error instanceof AggregateError ? (error.errors as readonly unknown[]) : []
  return [...own, ...[error.cause, ...others].flatMap((each) => codesIn(each, depth + 1))]
}
