import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answer, isOwnPage } from './answering.ts'
import type { Answers } from './answering.ts'
import { bridgeOver } from './bridge.ts'
import { requests } from './contract.ts'
import type { Event, RequestName } from './contract.ts'

const calls: [string, unknown][] = []
const answers = Object.fromEntries(
  Object.keys(requests).map((name) => [name, (input: unknown) => void calls.push([name, input])]),
) as unknown as Answers<string>

test('what is not in the contract, or not as it says, reaches nothing', async () => {
  calls.length = 0
  await expect(answer(answers, 'w', 'shell.run', {})).rejects.toThrow('no such request')
  await expect(answer(answers, 'w', '__proto__', {})).rejects.toThrow('no such request')
  await expect(answer(answers, 'w', ['boot'], {})).rejects.toThrow('no such request')
  await expect(answer(answers, 'w', 'tabs.open', { workspaceId: 'a', to: '/\\evil' })).rejects.toThrow('not what')
  await expect(answer(answers, 'w', 'shell.openExternally', { url: 'javascript:alert(1)' })).rejects.toThrow('not what')
  await expect(answer(answers, 'w', 'api.call', { type: 'subscription', path: 'a.b', input: 1 })).rejects.toThrow(
    'not what',
  )
  expect(calls).toEqual([])
  await answer(answers, 'w', 'tabs.close', { tab: 'a', more: 1 })
  expect(calls).toEqual([['tabs.close', { tab: 'a' }]])
})

test('whatever a page sends, it is answered or refused and nothing else happens', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.constantFrom(...Object.keys(requests)), fc.string()),
      fc.anything(),
      async (name, input) => {
        calls.length = 0
        const done = await answer(answers, 'w', name, input).then(
          () => true,
          () => false,
        )
        expect(calls.length).toBe(done ? 1 : 0)
      },
    ),
  )
})

test('only the app’s own page asks, as a whole page', () => {
  const origin = 'arcx-app://app'
  expect(isOwnPage({ url: 'arcx-app://app/dashboard', isTop: true }, origin)).toBe(true)
  for (const url of [
    'arcx-app://other/',
    'evil-app://app/',
    'file:///app',
    'https://app/',
    'arcx-app://x@app/',
    'data:text/html,x',
    'about:blank',
    '',
  ])
    expect(isOwnPage({ url, isTop: true }, origin), url).toBe(false)
  expect(isOwnPage({ url: 'http://127.0.0.1:1/', isTop: true }, 'http://127.0.0.1:1')).toBe(true)
  expect(isOwnPage({ url: 'http://127.0.0.1:1/', isTop: false }, 'http://127.0.0.1:1')).toBe(false)
  expect(isOwnPage({ url: 'http://127.0.0.1:12/', isTop: true }, 'http://127.0.0.1:1')).toBe(false)
})

test('the preload’s side lets through what the contract has, in both directions', async () => {
  const told: Event[] = []
  let tell: (event: unknown) => void = () => undefined
  const sent: [RequestName, unknown][] = []
  const bridge = bridgeOver({
    async send(name, input) {
      sent.push([name, input])
      return name === 'boot' ? { accounts: 'none' } : undefined
    },
    onEvent(listener) {
      tell = listener
      return () => undefined
    },
  })
  bridge.listen((event) => void told.push(event))
  await bridge.request('tabs.activate', { tab: null })
  await expect(bridge.request('boot', undefined)).rejects.toThrow()
  await expect(bridge.request('toString' as never, undefined as never)).rejects.toThrow('no such request')
  await expect(bridge.request('tabs.close', { tab: 7 } as never)).rejects.toThrow()
  expect(sent).toEqual([
    ['tabs.activate', { tab: null }],
    ['boot', undefined],
  ])
  tell({ type: 'connection', state: 'open' })
  tell({ type: 'connection', state: 'hacked' })
  tell({ type: 'unknown' })
  tell(null)
  expect(told).toEqual([{ type: 'connection', state: 'open' }])
})
