import { expect, test } from 'vitest'
import type { Workspace } from '@arcx/router'
import { WorkspaceTab } from './workspace-tab.ts'
import type { TabNeeds, ViewEvents } from './workspace-tab.ts'

const server = 'https://arcx.example.com'
const own = 'https://mine.arcx.example.com'
const browser = 'b'.repeat(43)
const workspace = (state: Workspace['state'], more: Partial<Workspace> = {}) => ({ id: 'w1', name: 'mine', url: `${own}/`, state, step: null, reason: null, ...more }) as unknown as Workspace

function open(state: Workspace['state'] = 'running', overrides: Partial<TabNeeds> = {}, isWanted = true) {
  const seen = { loads: [] as string[], started: 0, outside: [] as string[], launcher: 0, closed: false, waits: [] as { ms: number; run: () => void }[] }
  let events: ViewEvents | null = null
  const tab = new WorkspaceTab(workspace(state), '/', isWanted, {
    server,
    makeView(_ground, given) {
      events = given
      return { load: (url) => void seen.loads.push(url), close: () => void (seen.closed = true) }
    },
    enter: async (_name, to) => `${own}/_arcx/enter?code=c&to=${to}`,
    start: async () => void (seen.started += 1),
    openInBrowser: (url) => void seen.outside.push(url),
    toLauncher: () => void (seen.launcher += 1),
    changed: () => undefined,
    later(ms, run) {
      const wait = { ms, run }
      seen.waits.push(wait)
      return () => void (seen.waits = seen.waits.filter((each) => each !== wait))
    },
    ...overrides,
  })
  if (events === null) throw new Error('No view was made.')
  return { tab, seen, events: events as ViewEvents }
}

test('it goes in by a way that the server gives for its host, and shows what is there', async () => {
  const { tab, seen, events } = open()
  expect(seen.loads).toEqual([`${own}/`])
  expect(events.navigating(`${server}/auth/workspace?name=mine&to=%2Fx&browser=${browser}`)).toBe(false)
  await Promise.resolve()
  expect(seen.loads.at(-1)).toBe(`${own}/_arcx/enter?code=c&to=/x`)
  expect(events.navigating(`${own}/x`)).toBe(true)
  events.loaded(200)
  expect(tab.shown.phase).toEqual({ kind: 'open' })
})

test('an answer of the server that leads elsewhere is not loaded', async () => {
  const { seen, events } = open('running', { enter: async () => 'https://evil.example/_arcx/enter?code=c' })
  events.navigating(`${server}/auth/workspace?name=mine&to=%2F&browser=${browser}`)
  await Promise.resolve()
  await Promise.resolve()
  expect(seen.loads).toEqual([`${own}/`])
})

test('a host that never takes the way in is given up', async () => {
  const { tab, events } = open()
  for (let times = 0; times < 5; times += 1) {
    events.navigating(`${server}/auth/workspace?name=mine&to=%2F&browser=${browser}`)
    await Promise.resolve()
  }
  expect(tab.shown.phase.kind).toBe('failed')
})

test('one that rests is started once, its steps are shown, and then it', () => {
  const { tab, seen, events } = open('stopped')
  expect(events.navigating(`${server}/open/mine?to=%2F`)).toBe(false)
  expect([seen.started, tab.shown.phase]).toEqual([1, { kind: 'starting', step: null }])
  tab.workspaceChanged(workspace('starting', { step: 'Starting the editor' }))
  expect(tab.shown.phase).toEqual({ kind: 'starting', step: 'Starting the editor' })
  tab.workspaceChanged(workspace('running'))
  expect([tab.shown.phase.kind, seen.loads]).toEqual(['entering', [`${own}/`, `${own}/`]])
})

test('one that stands as it was left is not started by itself, but by its button', () => {
  const { tab, seen, events } = open('stopped', {}, false)
  events.navigating(`${server}/open/mine`)
  expect([seen.started, tab.shown.phase]).toEqual([0, { kind: 'resting' }])
  tab.retry()
  expect(seen.started).toBe(1)
})

test('one that fails to start says why; trying again starts it again', () => {
  const { tab, seen, events } = open('stopped')
  events.navigating(`${server}/open/mine`)
  tab.workspaceChanged(workspace('failed', { reason: 'Out of memory.' }))
  expect(tab.shown.phase).toEqual({ kind: 'failed', message: 'Out of memory.' })
  tab.retry()
  expect(seen.started).toBe(2)
})

test('stopped under its view, it rests, and is not started by itself', () => {
  const { tab, seen, events } = open()
  events.loaded(200)
  tab.workspaceChanged(workspace('stopping'))
  events.failed('gone')
  expect([tab.shown.phase, seen.started, seen.waits]).toEqual([{ kind: 'resting' }, 0, []])
  tab.workspaceChanged(workspace('stopped'))
  tab.retry()
  expect(seen.started).toBe(1)
})

test('to be started while it still stops, it is started when it has stopped; stopped while it starts, it rests', () => {
  const { tab, seen, events } = open()
  events.loaded(200)
  tab.workspaceChanged(workspace('stopping'))
  tab.retry()
  expect([seen.started, tab.shown.phase.kind]).toEqual([0, 'starting'])
  tab.workspaceChanged(workspace('stopped'))
  expect([seen.started, tab.shown.phase.kind]).toEqual([1, 'starting'])
  tab.workspaceChanged(workspace('starting'))
  tab.workspaceChanged(workspace('stopping'))
  tab.workspaceChanged(workspace('stopped'))
  expect([seen.started, tab.shown.phase.kind]).toEqual([1, 'resting'])
})

test('lost, it is tried again, later each time, at once when the server is back, and never after it was closed', () => {
  const { tab, seen, events } = open()
  for (const [attempt, ms] of [[1, 1000], [2, 2000], [3, 4000], [4, 8000], [5, 15_000], [6, 15_000]] as const) {
    events.failed('unreachable')
    expect([tab.shown.phase, seen.waits.at(-1)?.ms]).toEqual([{ kind: 'lost', attempt }, ms])
  }
  seen.waits.at(-1)?.run()
  expect(seen.loads).toHaveLength(2)
  tab.reconnected()
  expect([seen.loads.length, tab.shown.phase.kind, seen.waits]).toEqual([3, 'entering', []])
  events.loaded(502)
  expect(tab.shown.phase.kind).toBe('lost')
  events.loaded(200)
  expect(tab.shown.phase.kind).toBe('open')
  tab.close()
  events.failed('x')
  expect([seen.closed, seen.waits]).toEqual([true, []])
})

test('other addresses go out, lead back to the launcher, or nowhere', () => {
  const { seen, events } = open()
  expect(events.navigating('https://example.com/')).toBe(false)
  expect(events.navigating(`${server}/settings`)).toBe(false)
  expect(events.navigating('file:///etc/passwd')).toBe(false)
  expect([seen.outside, seen.launcher]).toEqual([['https://example.com/'], 1])
})

test('removed, or no longer one’s own, it says so', () => {
  const { tab } = open()
  tab.workspaceChanged(null)
  expect(tab.shown.phase.kind).toBe('failed')
})
