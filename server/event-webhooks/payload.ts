import type { WebhookFormat } from '@arcx/router'

/** An event as it is told, whatever the format. */
export interface Told {
  readonly type: string
  readonly at: Date
  readonly data: object
  /** The same for a person. */
  readonly sentence: string
}

/** Discord takes 2,000, counted as UTF-16; Slack many more. */
const longestSentence = 1500

/** What is sent of an event. */
export function payloadOf(format: WebhookFormat, { type, at, data, sentence }: Told): string {
  const text = sentence.slice(0, longestSentence)
  switch (format) {
    case 'plain':
      return JSON.stringify({ type, timestamp: at.toISOString(), data })
    case 'slack':
      return JSON.stringify({ text: forSlack(text) })
    case 'discord':
      // Nobody is notified, whatever the text says.
      return JSON.stringify({ content: forDiscord(text).slice(0, 2000), allowed_mentions: { parse: [] } })
  }
}

const slackEntities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
/** Not seen, and keeps the letters around it from being read together. */
const wordJoiner = '\u2060'

/**
 * With that escaped no mention, such as <!channel>, and no link is left; formatting signs lose their effect beside a word joiner.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
const forSlack = (text: string): string =>
  text
    .replaceAll(/[&<>]/g, (sign) => slackEntities[sign] ?? sign)
    .replaceAll(/[*_~`@#]/g, `${wordJoiner}$&${wordJoiner}`)

/** Its Markdown escaped, and mentions (`@everyone`, `<@1>`) broken up. */
const forDiscord = (text: string): string =>
  text.replaceAll(/[\\*_~`|>#[\]()<:-]/g, '\\$&').replaceAll('@', `@${wordJoiner}`)
