import { expect, test } from 'vitest'
import type { Workspace } from '@arcx/router'
import { trayModel } from './tray-menu.ts'
import type { TrayItem, TrayState } from './tray-menu.ts'

const account = { id: 'a1', server: 'https://arcx.example.com', login: 'ann', signedIn: true }
const workspace = (name: string, state: Workspace['state'], may: readonly string[] = ['open', 'start', 'stop']) =>
  ({ id: name, name, state, may }) as unknown as Workspace
const state = (more: Partial<TrayState> = {}): TrayState => ({
  accounts: [account],
  current: account,
  connection: 'open',
  workspaces: [],
  ...more,
})
const labels = (items: readonly TrayItem[]) => items.map((item) => (item.kind === 'line' ? '-' : item.label))

test('what runs comes first, and each says its state in words', () => {
  const { tooltip, items } = trayModel(
    state({ workspaces: [workspace('old', 'stopped'), workspace('new', 'running'), workspace('bad', 'failed')] }),
  )
  expect(tooltip).toBe('arcx: 1 running')
  expect(labels(items).slice(0, 5)).toEqual([
    'ann at arcx.example.com: 1 running',
    '-',
    '● new (running)',
    '▲ bad (failed)',
    '○ old (stopped)',
  ])
})

test('a workspace offers what may be done with it now', () => {
  const offered = (each: Workspace, connection: TrayState['connection'] = 'open') =>
    trayModel(state({ workspaces: [each], connection })).items.flatMap((item) =>
      item.kind === 'menu' ? labels(item.items) : [],
    )
  expect(offered(workspace('a', 'running'))).toEqual(['Open', 'Stop'])
  expect(offered(workspace('a', 'stopped'))).toEqual(['Open', 'Start'])
  expect(offered(workspace('a', 'running', ['see']))).toEqual([])
  expect(offered(workspace('a', 'running'), 'lost')).toEqual(['Open'])
})

test('without a server it says so and makes nothing new; several accounts are offered, the current one marked', () => {
  expect(trayModel(state({ connection: 'lost' })).tooltip).toBe('arcx: offline')
  expect(labels(trayModel(state({ connection: 'lost' })).items)).not.toContain('New workspace…')
  expect(trayModel(state({ accounts: [], current: null })).tooltip).toBe('arcx: not signed in')
  expect(trayModel(state({ connection: 'expired' })).tooltip).toBe('arcx: signed out')
  const both = trayModel(state({ accounts: [account, { ...account, id: 'a2', login: 'ben' }] })).items.find(
    (item) => item.kind === 'menu',
  )
  expect(both).toMatchObject({ label: 'Account', items: [{ isChecked: true }, { isChecked: false }] })
})

test('of many, ten are listed and the rest counted', () => {
  const { items } = trayModel(
    state({ workspaces: Array.from({ length: 14 }, (_, index) => workspace(`w${index}`, 'running')) }),
  )
  expect(labels(items)).toContain('4 more…')
})
