import { randomUUID } from 'node:crypto'
import { jsonEncoder } from '@trpc/server/adapters/ws'
import { expect, test } from 'vitest'
import { UserId } from '@arcx/router'
import { OpenCalls, PeoplesCalls, mostLetters, mostOpen } from './open-calls.ts'

const userId = UserId.parse(randomUUID())

/** A connection: what is let through to tRPC's adapter, and what is answered before it. */
function connection(people: PeoplesCalls, of = userId) {
  const calls = new OpenCalls(of, people)
  const refused: {
    id: unknown
    error: { data: { code: string; httpStatus: number; arc: { code: string; kind: string } } }
  }[] = []
  const encoder = calls.around(jsonEncoder, (text) => refused.push(JSON.parse(String(text))))
  return {
    calls,
    refused,
    ask: (...messages: object[]) =>
      [encoder.decode(JSON.stringify(messages.length === 1 ? messages[0] : messages))].flat() as { id: number }[],
    answer: (message: object) => encoder.encode(message),
  }
}
const asked = (id: unknown, method: 'query' | 'mutation' | 'subscription' = 'query') => ({
  id,
  method,
  params: { path: 'workspaces.list' },
})
const many = (count: number, method: 'query' | 'subscription', from = 0) =>
  Array.from({ length: count }, (_, index) => asked(from + index, method))

test.each(['query', 'subscription'] as const)(
  'of what one message asks for, a %s over the bound is refused by its id, and finds room once one has ended',
  (method) => {
    const one = connection(new PeoplesCalls())
    const most = mostOpen.connection[method === 'query' ? 'calls' : 'subscriptions']
    expect(one.ask(...many(most + 1000, method)).map(({ id }) => id)).toEqual(
      Array.from({ length: most }, (_, id) => id),
    )
    expect(one.refused.map(({ id }) => id)).toEqual(Array.from({ length: 1000 }, (_, index) => most + index))
    expect(one.refused[0]?.error.data).toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      httpStatus: 429,
      arc: { kind: 'LimitReached', code: method === 'query' ? 'too_many_calls' : 'too_many_subscriptions' },
    })
    one.answer({ id: 5, result: { type: 'started' } })
    if (method === 'subscription') expect(one.ask(asked(90_000, method))).toEqual([])
    one.answer({ id: 6, result: { type: 'data', data: [] } })
    one.answer({ id: 6, result: { type: 'stopped' } })
    one.answer({ id: 7, error: {} })
    expect(
      one
        .ask(asked(90_001, method), asked(90_002, method), asked(90_003, method))
        .map(({ id }) => id)
        .slice(0, 2),
    ).toEqual([90_001, 90_002])
  },
)

test('an id that is in use is refused, so that many calls by one id are not one', () => {
  const one = connection(new PeoplesCalls())
  expect(one.ask(...Array.from({ length: 500 }, () => asked('same')))).toHaveLength(1)
  expect(one.refused[0]?.error.data.arc.code).toBe('id_in_use')
  expect(one.ask(asked(1), asked('1'))).toHaveLength(2)
})

test('a person has a bound over all their connections, another one has their own', () => {
  const people = new PeoplesCalls()
  const all = Array.from({ length: 30 }, () => connection(people))
  const admitted = () =>
    all.reduce(
      (sum, each, index) =>
        sum + each.ask(...many(mostOpen.connection.subscriptions, 'subscription', index * 1000)).length,
      0,
    )
  expect(admitted()).toBe(mostOpen.person.subscriptions)
  expect(connection(people).ask(asked(1, 'subscription'))).toEqual([])
  expect(connection(people, UserId.parse(randomUUID())).ask(asked(1, 'subscription'))).toHaveLength(1)
  for (const { calls } of all) calls.close()
  expect(people.of(userId, 'subscriptions')).toBe(0)
})

test('calls count until they are answered, also when their connection has gone', () => {
  const people = new PeoplesCalls()
  const one = connection(people)
  one.ask(...many(10, 'query'))
  one.calls.close()
  expect(people.of(userId, 'calls')).toBe(10)
  for (let id = 0; id < 10; id += 1) one.answer({ id, result: { type: 'data', data: null } })
  expect(people.of(userId, 'calls')).toBe(0)
})

test('what is not well formed goes to the adapter as it is, and counts for nothing', () => {
  const people = new PeoplesCalls()
  const one = connection(people)
  for (const odd of [
    [asked(1), { id: {} }],
    [asked(2), 5],
    { method: 'connectionParams', data: {} },
    null,
    [[asked(3)]],
  ])
    expect(one.ask(odd as object)).toEqual([odd].flat())
  expect([people.of(userId, 'calls'), one.refused]).toEqual([0, []])
})

test('nothing long is held for as long as a subscription is open, nor by ids; a call may bring along what it likes', () => {
  const one = connection(new PeoplesCalls())
  const paramsOf = (input: object) => ({ path: 'workspaces.onChange', input })
  const long = 'x'.repeat(mostLetters.subscription)
  expect(one.ask(asked('i'.repeat(mostLetters.id + 1)))).toEqual([])
  expect(one.ask({ ...asked(1, 'subscription'), params: paramsOf({ lastEventId: '7', junk: long }) })).toEqual([])
  expect(one.refused.map(({ id, error }) => [id, error.data.httpStatus, error.data.arc.code])).toEqual([
    [null, 400, 'id_too_long'],
    [1, 400, 'input_too_long'],
  ])
  expect(one.ask({ ...asked(1, 'subscription'), params: paramsOf({ lastEventId: '7' }) })).toHaveLength(1)
  expect(one.ask({ ...asked('i'.repeat(mostLetters.id), 'mutation'), params: paramsOf({ value: long }) })).toHaveLength(
    1,
  )
})
