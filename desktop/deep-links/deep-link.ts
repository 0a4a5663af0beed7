/** What an `arcx://` address asks for. Anybody can make one, so none does more than show something or end a sign-in that the app itself began. */
export type DeepLink =
  | { readonly kind: 'signed-in'; readonly code: string; readonly state: string }
  /** `server`: an origin. Shown by name; opened only where the person is signed in there. */
  | { readonly kind: 'open'; readonly server: string; readonly workspace: string }
  | { readonly kind: 'unknown' }

const unknown: DeepLink = { kind: 'unknown' }
const opaque = /^[\w-]{20,128}$/
const maxLength = 1000

/** From the command line or the system. Anything that is not exactly one of the two is unknown. */
export function parseDeepLink(text: string): DeepLink {
  if (text.length > maxLength || /[\u0000-\u0020\\]/.test(text)) return unknown
  const url = URL.parse(text)
  if (url?.protocol !== 'arcx:' || url.username !== '' || url.password !== '' || url.port !== '' || url.hash !== '')
    return unknown
  const only = (...names: string[]) => [...url.searchParams.keys()].toSorted().join(' ') === names.toSorted().join(' ')
  const value = (name: string) => url.searchParams.get(name) ?? ''
  const path = url.pathname === '/' ? '' : url.pathname
  if (path !== '') return unknown
  switch (url.host) {
    case 'signed-in':
      return only('code', 'state') && opaque.test(value('code')) && opaque.test(value('state'))
        ? { kind: 'signed-in', code: value('code'), state: value('state') }
        : unknown
    case 'open': {
      const server = URL.parse(value('server'))
      const isServer =
        server !== null && ['http:', 'https:'].includes(server.protocol) && server.origin === value('server')
      return only('server', 'workspace') && isServer && /^[a-z0-9-]{1,63}$/.test(value('workspace'))
        ? { kind: 'open', server: server.origin, workspace: value('workspace') }
        : unknown
    }
    default:
      return unknown
  }
}

/** The first deep link among a process's arguments, where the system passes it so (Windows and Linux). */
export function deepLinkIn(args: readonly string[]): DeepLink | null {
  const found = args.find((each) => /^arcx:/i.test(each))
  return found === undefined ? null : parseDeepLink(found)
}
