import type { Unit } from '../unit-of-work/unit-of-work.ts'

/** What an e-mail says. Nothing in it is taken as markup. */
export interface MailInput {
  /** What it is for, such as `team.invitation`. */
  readonly kind: string
  readonly to: string
  readonly subject: string
  /** Paragraphs. */
  readonly text: readonly string[]
  /** A path of this server, beginning with `/`, and what stands on the link. */
  readonly link?: { readonly path: string; readonly words: string }
}

/** Queues an e-mail within a unit of work, and does nothing where no mail server is configured. */
export type EnqueueMail = (unit: Unit, message: MailInput) => Promise<void>

/** As it is kept until it is sent. */
export interface MailBody {
  readonly text: readonly string[]
  readonly link: { readonly url: string; readonly words: string } | null
}

/** One line without control characters: a subject cannot add a header. */
export const singleLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 200)

/** @throws where the path would lead away from this server. */
export function bodyOf({ text, link }: MailInput, publicOrigin: string): MailBody {
  const paragraphs = text.map((each) => each.replaceAll(/[^\P{Cc}\n\t]/gu, ' '))
  if (link === undefined) return { text: paragraphs, link: null }
  const url = new URL(link.path, publicOrigin)
  if (url.origin !== new URL(publicOrigin).origin) throw new Error('A link in an e-mail leads to this server alone.')
  return { text: paragraphs, link: { url: url.href, words: singleLine(link.words) } }
}

export function asText({ text, link }: MailBody, publicOrigin: string): string {
  return [...text, ...(link === null ? [] : [`${link.words}:\n${link.url}`]), `--\narcx, ${publicOrigin}`].join('\n\n')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign)

export function asHtml({ text, link }: MailBody, publicOrigin: string): string {
  const paragraphs = text.map((each) => `<p>${escaped(each).replaceAll('\n', '<br>')}</p>`)
  const button =
    link === null
      ? []
      : [
          `<p><a href="${escaped(link.url)}" style="display:inline-block;padding:10px 16px;border-radius:8px;background:#1f6feb;color:#ffffff;text-decoration:none">${escaped(link.words)}</a></p>`,
          `<p style="color:#666666;font-size:13px">${escaped(link.url)}</p>`,
        ]
  return [
    '<!doctype html><html lang="en"><body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5">',
    ...paragraphs,
    ...button,
    `<p style="color:#666666;font-size:13px">arcx, ${escaped(publicOrigin)}</p></body></html>`,
  ].join('\n')
}
