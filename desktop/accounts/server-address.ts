export type ServerAddress =
  | { readonly ok: true; readonly origin: string }
  | { readonly ok: false; readonly message: string }

const isLoopback = (host: string) =>
  host === 'localhost' || host.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(host) || host === '[::1]'

/** What somebody typed, as an origin: https unless they said otherwise or it is this machine. */
export function parseServerAddress(typed: string): ServerAddress {
  const text = typed.trim()
  const bad = (message: string): ServerAddress => ({ ok: false, message })
  if (text === '') return bad('Type the address of your server, such as arcx.example.com.')
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text)
  const first = URL.parse(hasScheme ? text : `https://${text}`)
  if (first === null || first.hostname === '' || /[\s\\]/.test(text))
    return bad(`“${text}” is no address. Type one such as arcx.example.com.`)
  if (first.protocol !== 'https:' && first.protocol !== 'http:')
    return bad('A server’s address begins with https:// or http://.')
  if (first.username !== '' || first.password !== '')
    return bad('Leave out the name and password; you sign in in the browser.')
  const url = !hasScheme && isLoopback(first.hostname) ? new URL(`http://${text}`) : first
  return { ok: true, origin: url.origin }
}
