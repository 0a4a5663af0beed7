import { expect, test } from 'vitest'
import type { UpdateState } from '@arcx/desktop-contract/contract'
import { Updates } from './updates.ts'
import type { Updater } from './updates.ts'

function watch(updater: Updater | null) {
  const states: UpdateState[] = []
  let again: () => void = () => undefined
  const updates = new Updates({
    updater,
    onState: (state) => void states.push(state),
    every(_ms, run) {
      again = run
      return () => undefined
    },
  })
  return { updates, states, kinds: () => states.map(({ kind }) => kind), again: () => again() }
}
const settled = () => new Promise((resolve) => setTimeout(resolve))

test('a newer version is brought in the background, and installed when somebody says so', async () => {
  let restarted = 0
  const { updates, states } = watch({
    check: async () => ({ version: '2.0.0' }),
    async download(onPercent) {
      onPercent(41.6)
    },
    restart: () => void (restarted += 1),
  })
  updates.restart()
  updates.begin()
  await settled()
  expect(states).toEqual([
    { kind: 'checking' },
    { kind: 'downloading', version: '2.0.0', percent: 0 },
    { kind: 'downloading', version: '2.0.0', percent: 42 },
    { kind: 'ready', version: '2.0.0' },
  ])
  expect(restarted).toBe(0)
  updates.restart()
  expect(restarted).toBe(1)
  await updates.look()
  expect(states).toHaveLength(4)
})

test('nothing newer is looked for again later; a feed that fails is told in one line and asked again', async () => {
  let looks = 0
  const { updates, kinds, states, again } = watch({
    async check() {
      looks += 1
      if (looks === 2) throw new Error('no feed\n  at somewhere')
      return null
    },
    download: async () => undefined,
    restart: () => undefined,
  })
  updates.begin()
  await settled()
  again()
  await settled()
  again()
  await settled()
  expect(kinds()).toEqual(['checking', 'current', 'checking', 'failed', 'checking', 'current'])
  expect(states[3]).toEqual({ kind: 'failed', message: 'no feed' })
})

test('where there is no feed, nothing is asked', () => {
  const { updates, states } = watch(null)
  updates.begin()
  updates.restart()
  expect(states).toEqual([])
})
