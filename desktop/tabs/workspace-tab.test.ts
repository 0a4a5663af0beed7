import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { Workspace } from '@arcx/router'
import { WorkspaceTab } from './workspace-tab.ts'
import type { TabDependencies, ViewEvents } from './workspace-tab.ts'

const server = 'https://arcx.example.com'
const own = 'https://mine.arcx.example.com'
const browser = 'b'.repeat(43)
const workspace = (state: Workspace['state'], more: Partial<Workspace> = {}) =>
  ({ id: 'w1', name: 'mine', url: `${own}/`, state, step: null, reason: null, ...more }) as unknown as Workspace

function open(state: Workspace['state'] = 'running', overrides: Partial<TabDependencies> = {}, isWanted = true) {
  const seen = {
    loads: [] as string[],
    started: 0,
    outside: [] as string[],
    launcher: 0,
    closed: false,
    asked: [] as string[],
    now: 0,
    waits: [] as { ms: number; run: () => void }[],
  }
  let events: ViewEvents | null = null
  const tab = new WorkspaceTab(workspace(state), '/', isWanted, {
    server,
    makeView(_site, given) {
      events = given
      return { load: (url) => void seen.loads.push(url), close: () => void (seen.closed = true) }
    },
    enter: async (_name, to) => `${own}/_arcx/enter?code=c&to=${to}`,
    start: async () => void (seen.started += 1),
    openInBrowser: (url) => void seen.outside.push(url),
    mayLeave: (name) => {
      seen.asked.push(name)
      return true
    },
    now: () => seen.now,
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
  events.failed(-102)
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
  for (const [attempt, ms] of [
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 15_000],
    [6, 15_000],
  ] as const) {
    events.failed(-102)
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
  events.failed(-102)
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

test.each([
  [-200, /for another name/],
  [-201, /not valid today/],
  [-202, /comes from nobody whom this computer trusts.*add its certificate/],
  [-206, /revoked/],
  [-207, /cannot be accepted/],
  [-210, /cannot be accepted/],
  [-299, /cannot be accepted/],
])('a bad certificate (%i) is told as one, with what to do, and is not tried again by itself', (code, sentence) => {
  const { tab, seen, events } = open()
  events.failed(code)
  events.stopped()
  const { phase } = tab.shown
  expect([phase.kind, seen.waits]).toEqual(['failed', []])
  expect(phase.kind === 'failed' ? phase.message : '').toMatch(sentence)
  expect(phase.kind === 'failed' ? phase.message : '').toContain('mine.arcx.example.com')
  tab.retry()
  expect([seen.loads.length, tab.shown.phase.kind]).toEqual([2, 'entering'])
})

test('other failures are a lost connection', () => {
  for (const code of [-2, -7, -101, -102, -105, -106, -199, -300, -324]) {
    const { tab, events } = open()
    events.failed(code)
    events.stopped()
    expect(tab.shown.phase).toEqual({ kind: 'lost', attempt: 1 })
  }
})

/** All that can come of a load without a page, each as Electron tells it. */
test('whatever comes of a load, the tab does not stand at “Opening…” once nothing loads any more', () => {
  const step = fc.constantFrom(
    'stay',
    'leave',
    'abort',
    'fail',
    'certificate',
    'ok',
    'error',
    'crash',
    'goTo',
    'reload',
    'retry',
    'elsewhere',
    'launcher',
    'reconnected',
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      let answer = false
      const { tab, events } = open('running', { mayLeave: () => answer })
      const steppers: Readonly<Record<(typeof steps)[number], () => void>> = {
        stay() {
          answer = false
          if (!events.leaving()) events.failed(-3)
        },
        leave() {
          answer = true
          events.leaving()
        },
        abort: () => events.failed(-3),
        fail: () => events.failed(-102),
        certificate: () => events.failed(-202),
        ok: () => events.loaded(200),
        error: () => events.loaded(502),
        crash: () => events.crashed(),
        goTo: () => tab.goTo('/other'),
        reload: () => tab.reload(),
        retry: () => tab.retry(),
        elsewhere: () => void events.navigating('https://elsewhere.example/'),
        launcher: () => void events.navigating(`${server}/settings`),
        reconnected: () => tab.reconnected(),
      }
      for (const each of steps) steppers[each]()
      events.stopped()
      expect(tab.shown.phase.kind).not.toBe('entering')
    }),
  )
})

test('a page that would rather not be left is left only by the person’s word; if they stay, it stands there as before', () => {
  const answers = [false, true]
  const asked: string[] = []
  const { tab, events } = open('running', { mayLeave: (name) => asked.push(name) > 0 && (answers.shift() ?? false) })
  events.loaded(200)
  events.stopped()
  tab.goTo('/other')
  expect(events.leaving()).toBe(false)
  events.failed(-3)
  events.stopped()
  expect([tab.shown.phase, asked]).toEqual([{ kind: 'open' }, ['mine']])
  tab.goTo('/other')
  expect(events.leaving()).toBe(true)
  expect(tab.shown.phase.kind).toBe('entering')
  events.loaded(200)
  expect([tab.shown.phase.kind, asked.length]).toEqual(['open', 2])
})

test('a page cannot ask over and over by going nowhere, nor when nobody sees it', () => {
  const asked: string[] = []
  const { tab, seen, events } = open('running', { mayLeave: (name) => asked.push(name) === 0 })
  events.loaded(200)
  for (let times = 0; times < 100; times += 1) {
    expect(events.leaving()).toBe(false)
    seen.now += 50
  }
  expect(asked).toHaveLength(1)
  seen.now += 10_000
  events.leaving()
  expect(asked).toHaveLength(2)
  tab.workspaceChanged(workspace('stopped'))
  seen.now += 60_000
  expect([events.leaving(), asked.length, tab.shown.phase.kind]).toEqual([false, 2, 'resting'])
})

test('what is a download or nothing leaves the page that stands; a first answer that is no page says so', () => {
  const { tab, events } = open()
  events.loaded(200)
  tab.goTo('/file.zip')
  events.failed(-3)
  events.stopped()
  expect(tab.shown.phase).toEqual({ kind: 'open' })
  const first = open()
  first.events.failed(-3)
  first.events.stopped()
  expect(first.tab.shown.phase).toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('no page that can be shown'),
  })
})

test('while the server is asked for the way in, a stopped load is only on its way', async () => {
  let letIn: (address: string) => void = () => undefined
  const { tab, seen, events } = open('running', { enter: () => new Promise((resolve) => (letIn = resolve)) })
  events.navigating(`${server}/auth/workspace?name=mine&to=%2F&browser=${browser}`)
  events.failed(-3)
  events.stopped()
  expect(tab.shown.phase).toEqual({ kind: 'entering' })
  letIn(`${own}/_arcx/enter?code=c`)
  await vi.waitFor(() => expect(seen.loads).toHaveLength(2))
})

test('a page that crashes is loaded again, and given up when it does so again and again; its button tries anew', () => {
  const { tab, seen, events } = open()
  for (let times = 0; times < 3; times += 1) {
    events.loaded(200)
    events.crashed()
    expect(tab.shown.phase.kind).toBe('lost')
    seen.waits.at(-1)?.run()
  }
  events.loaded(200)
  events.crashed()
  expect([tab.shown.phase, seen.waits]).toEqual([
    { kind: 'failed', message: expect.stringContaining('crashed again and again') },
    [],
  ])
  tab.retry()
  events.loaded(200)
  expect(tab.shown.phase.kind).toBe('open')
})

test('a window that its page wants goes where a navigation would; one of its own host’s goes to the browser', () => {
  const { seen, events } = open()
  for (const address of [
    `${own}/port`,
    'https://elsewhere.example/',
    'file:///etc/passwd',
    'arcx-app://app/',
    `${server}/settings`,
  ])
    events.openingWindow(address)
  expect([seen.outside, seen.launcher]).toEqual([[`${own}/port`, 'https://elsewhere.example/'], 1])
})

test('renamed while it is open, it goes on at the new address', () => {
  const { tab, seen, events } = open()
  events.loaded(200)
  tab.workspaceChanged(workspace('running', { name: 'other', url: 'https://other.arcx.example.com/' }))
  expect([seen.loads.at(-1), tab.shown.name]).toEqual(['https://other.arcx.example.com/', 'other'])
  events.loaded(200)
  expect(events.navigating('https://other.arcx.example.com/x')).toBe(true)
})
