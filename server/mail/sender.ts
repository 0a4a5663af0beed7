import { createTransport } from 'nodemailer'
import type { MailSettings } from './settings.ts'

const connectMs = 15_000
const silenceMs = 60_000

export interface OutgoingMail {
  /** Also the message's id, the same at every attempt. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The mail server takes this message never. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'
}

export type SendMail = (mail: OutgoingMail) => Promise<void>

/** `ca`: certificates that are trusted instead of the system's. Sending throws {@link MailRefused} where it is not worth trying again. */
export function openSender({ host, port, secure, requireTls, auth, from }: MailSettings, ca?: string): SendMail {
  const transport = createTransport(
    {
      host,
      port,
      secure,
      requireTLS: requireTls,
      ...(auth === null ? {} : { auth }),
      tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
      connectionTimeout: connectMs,
      greetingTimeout: connectMs,
      socketTimeout: silenceMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  )
  const domain = from.address.slice(from.address.indexOf('@') + 1)
  return async ({ id, to, subject, text, html }) => {
    try {
      await transport.sendMail({
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId: `<${id}@${domain}>`,
        headers: { 'auto-submitted': 'auto-generated' },
      })
    } catch (error) {
      throw isForGood(error)
        ? new MailRefused(wordsFor(error), { cause: error })
        : new Error(wordsFor(error), { cause: error })
    }
  }
}

/** 5xx of the envelope or the message. Of a sign-in it is the configuration that is at fault, which somebody may mend. */
function isForGood(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const isAboutMessage = error.code === 'EENVELOPE' || error.code === 'EMESSAGE'
  const status = 'responseCode' in error ? Number(error.responseCode) : null
  return isAboutMessage && (status === null || Number.isNaN(status) || status >= 500)
}

/** What the mail server said, or what the system says of the connection. */
function wordsFor(error: unknown): string {
  if (!(error instanceof Error)) return 'It could not be sent.'
  const said = 'response' in error && typeof error.response === 'string' ? error.response : error.message
  return said.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 500)
}
