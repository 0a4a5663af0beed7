import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { payloadOf } from './payload.ts'
import { sentenceOf } from './sentences.ts'
import { newSecret, signedHeaders } from './signature.ts'

const at = new Date('2026-03-01T12:00:00Z')
const told = (sentence: string) => ({ type: 'workspace.failed', at, data: { by: null }, sentence })
const hostile =
  '<!channel> <@U123> @everyone @here <https://evil.example|safe> *bold* `code` [a](https://evil.example) &lt;'

test('Standard Webhooks’ own library takes the signature, by each of two secrets', () => {
  const [former, current] = [newSecret(), newSecret()]
  const body = payloadOf('plain', told('It has failed.'))
  const headers = signedHeaders({ id: 'msg_1', at: new Date(), body }, [current, former])
  for (const secret of [former, current])
    expect(new Webhook(secret).verify(body, headers)).toEqual({
      type: 'workspace.failed',
      timestamp: '2026-03-01T12:00:00.000Z',
      data: { by: null },
    })
  expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow()
  expect(() => new Webhook(current).verify(`${body} `, headers)).toThrow()
  expect(() => new Webhook(current).verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow()
})

test('the signature is the one of Standard Webhooks’ example', () => {
  const headers = signedHeaders(
    { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: new Date(1_614_265_330_000), body: '{"test": 2432232314}' },
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  )
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('in Slack nobody is mentioned, and nothing is a link, whatever the text says', () => {
  const { text } = JSON.parse(payloadOf('slack', told(hostile))) as { readonly text: string }
  expect(text).not.toMatch(/<|>/)
  expect(text).not.toMatch(/@(everyone|here|U123)/)
  expect(text).toContain('&lt;!channel&gt;')
  expect(text).toContain('&amp;lt;')
})

test('in Discord nobody is mentioned, and Markdown has no effect', () => {
  const message = JSON.parse(payloadOf('discord', told(hostile))) as {
    readonly content: string
    readonly allowed_mentions: unknown
  }
  expect(message.allowed_mentions).toEqual({ parse: [] })
  expect(message.content).not.toMatch(/@(everyone|here|U123)/)
  expect(message.content).toContain('\\*bold\\*')
  expect(message.content).not.toMatch(/(?<!\\)\[/)
})

test('a message is never longer than a chat takes', () => {
  for (const format of ['slack', 'discord'] as const)
    expect(Object.values(JSON.parse(payloadOf(format, told('*'.repeat(10_000)))) as object)[0]).toHaveProperty('length')
  const { content } = JSON.parse(payloadOf('discord', told('*'.repeat(10_000)))) as { readonly content: string }
  expect(content.length).toBeLessThanOrEqual(2000)
})

test('a workspace that failed is told of with its reason', () => {
  const workspace = { id: '00000000-0000-4000-8000-000000000000', name: 'shop' } as never
  expect(sentenceOf('workspace.failed', { workspace, reason: 'No space.' }, null)).toBe(
    'The workspace shop has failed: No space.',
  )
  expect(sentenceOf('workspace.created', { workspace }, 'anna')).toBe('The workspace shop was created by anna.')
})
