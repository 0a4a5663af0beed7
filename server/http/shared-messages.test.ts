import { jsonEncoder } from '@trpc/server/adapters/ws'
import { expect, test } from 'vitest'
import { Passing } from '@arcx/router/server'
import { sharedMessages } from './shared-messages.ts'

const item = (id: number | string, eventId: string, data: unknown, jsonrpc?: '2.0') => ({
  id,
  jsonrpc,
  result: { type: 'data', data: { id: eventId, data: new Passing(data) }, id: eventId },
})
const [workspace, other] = [{ name: 'mine', text: 'Ü “quoted” 🙂' }, { name: 'other' }]

test.each([
  ['an item of a subscription', item(1, '7', workspace)],
  ['an answer', { id: 1, result: { type: 'data', data: workspace } }],
  ['the beginning', { id: 1, result: { type: 'started' } }],
  ['an error', { id: null, error: { code: -32600, message: 'No.', data: null } }],
  ['an item that is no object', item(1, '7', 'text')],
  ['a null', item(1, '7', null)],
  [
    'an answer with a field of its own that is called id',
    { id: 1, result: { type: 'data', data: { id: '7', data: workspace } } },
  ],
])('%s is the same text as tRPC’s own', (_what, message) => {
  const expected = jsonEncoder.encode(message)
  expect(String(Buffer.from(sharedMessages().encode(message)))).toBe(expected)
})

test('an item is put into words once for all who get it by the same ids, and anew by other ids', () => {
  const messages = sharedMessages()
  const first = messages.encode(item(1, '7', workspace))
  for (let count = 0; count < 300; count += 1) expect(messages.encode(item(1, '7', workspace))).toBe(first)
  const others = () => [
    item(2, '7', workspace),
    item(1, '8', workspace),
    item(1, '7', other),
    item('1', '7', workspace),
    item(1, '7', workspace, '2.0'),
    item(1, '7', { ...workspace }),
  ]
  for (const [index, message] of others().entries()) {
    const bytes = messages.encode(message)
    expect(bytes).not.toBe(first)
    expect(String(bytes)).toBe(jsonEncoder.encode(others()[index]))
  }
})

test('what has been sent is let go', () => {
  const passing = new Passing(workspace)
  sharedMessages().encode({ id: 1, result: { type: 'data', id: '7', data: { id: '7', data: passing } } })
  expect(passing.data).toBeUndefined()
})
