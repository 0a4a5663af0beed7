import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** With its headers. */
  readonly source: string
  readonly secure: boolean
  readonly user: string | null
}

/** A mail server on loopback. */
export interface MailServer {
  readonly port: number
  readonly received: readonly ReceivedMail[]
  /** How often somebody has tried. */
  readonly tries: number
  /** What it answers to a recipient or to a message; null for yes. */
  refuse: { readonly at: 'recipient' | 'message'; readonly code: number; readonly words: string } | null
  close(): Promise<void>
}

export interface MailServerSettings {
  readonly port?: number
  /** With a certificate it offers STARTTLS, or speaks TLS from the beginning. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly secure: boolean }
  readonly account?: { readonly user: string; readonly pass: string }
}

const refusal = ({ code, words }: { readonly code: number; readonly words: string }) =>
  Object.assign(new Error(words), { responseCode: code })

export async function startMailServer({ port = 0, tls, account }: MailServerSettings = {}): Promise<MailServer> {
  const received: ReceivedMail[] = []
  let tries = 0
  const server = new SMTPServer({
    ...(tls === undefined ? { disabledCommands: ['STARTTLS'] } : tls),
    authOptional: account === undefined,
    // What it accepts without TLS is for the client to decide, and is tested.
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      if (username === account?.user && password === account?.pass) done(null, { user: username })
      else done(refusal({ code: 535, words: 'Wrong user name or password' }))
    },
    onRcptTo(_address, _session, done) {
      tries += 1
      done(self.refuse?.at === 'recipient' ? refusal(self.refuse) : null)
    },
    onData(stream, session, done) {
      let source = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => (source += chunk))
      stream.on('end', () => {
        if (self.refuse?.at === 'message') return done(refusal(self.refuse))
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source,
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
        })
        done(null)
      })
    },
  })
  server.on('error', () => undefined)
  const listening: Server = server.listen(port, '127.0.0.1')
  await once(listening, 'listening')
  const self: MailServer = {
    port: (listening.address() as AddressInfo).port,
    received,
    get tries() {
      return tries
    },
    refuse: null,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return self
}
