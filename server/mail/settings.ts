import { ConfigError } from '@arcx/service-kit/config'

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Where e-mail is handed in, and from whom it comes. */
export interface MailSettings {
  readonly host: string
  readonly port: number
  /** TLS from the beginning; else by STARTTLS, without which nothing is sent but on this machine. */
  readonly secure: boolean
  readonly requireTls: boolean
  readonly auth: { readonly user: string; readonly pass: string } | null
  readonly from: { readonly name: string; readonly address: string }
}

/** `smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`; null where neither is set. @throws {ConfigError} */
export function mailSettings(url: string | undefined, from: string | undefined): MailSettings | null {
  if (url === undefined && from === undefined) return null
  if (url === undefined || from === undefined)
    throw new ConfigError(
      `${url === undefined ? 'ARC_SMTP_URL' : 'ARC_MAIL_FROM'} is not set; sending e-mail takes both ARC_SMTP_URL and ARC_MAIL_FROM.`,
    )
  const parsed = URL.parse(url)
  // An address of the whole would show the password.
  if (parsed === null || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === '')
    throw new ConfigError('ARC_SMTP_URL is something else; it takes smtp://USER:PASSWORD@HOST:PORT or smtps://…')
  const secure = parsed.protocol === 'smtps:'
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? (secure ? 465 : 587) : Number(parsed.port),
    secure,
    requireTls: !loopback.test(parsed.hostname),
    auth:
      parsed.username === ''
        ? null
        : { user: decodeURIComponent(parsed.username), pass: decodeURIComponent(parsed.password) },
    from: senderOf(from),
  }
}

function senderOf(text: string): MailSettings['from'] {
  const [, name = '', named, plain] =
    /^(?:([^<>"\p{Cc}]*)<([^<>\s@]+@[^<>\s@]+)>|([^<>\s@]+@[^<>\s@]+))$/u.exec(text.trim()) ?? []
  const address = named ?? plain
  if (address === undefined)
    throw new ConfigError(`ARC_MAIL_FROM is “${text}”; it takes an e-mail address, such as arcx <arcx@example.com>.`)
  return { name: name.trim() === '' ? 'arcx' : name.trim(), address }
}
