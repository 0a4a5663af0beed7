import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { JsonFile } from '../storage/json-file.ts'
import type { AppWindow } from './app-window.ts'
import type { WorkspaceTab } from '../tabs/workspace-tab.ts'
import { SavedTabsFile, SavedTabs } from './saved-tabs.ts'
import { OpenWindows } from './open-windows.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-tabs-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const open = () => SavedTabs.open(new JsonFile(join(directory, 'open.json'), SavedTabsFile))
const tab = (workspaceId: string) =>
  ({
    id: `tab ${workspaceId}`,
    workspaceId,
    close: () => undefined,
    shown: { id: `tab ${workspaceId}`, workspaceId, name: workspaceId, phase: { kind: 'resting' } },
    view: null,
  }) as unknown as WorkspaceTab

function windowsOver(savedTabs: SavedTabs): OpenWindows {
  let next = 0
  const makeWindow = () =>
    ({
      id: String((next += 1)),
      isFocused: false,
      send: () => undefined,
      show: () => undefined,
    }) as unknown as AppWindow
  return new OpenWindows({ makeWindow, savedTabs, arranged: () => undefined })
}
const kept = async (account: string, expected: readonly string[]) =>
  vi.waitFor(async () => expect((await open()).of(account)).toEqual(expected))

test('a window of somebody who is signed out empties nothing', async () => {
  const before = await open()
  before.show('ann')
  before.tabsAre(['w1', 'w2'])
  await kept('ann', ['w1', 'w2'])
  const tabs = await open()
  const windows = windowsOver(tabs)
  windows.arrange(windows.open('/dashboard'))
  windows.putTabsAway()
  await new Promise((resolve) => setImmediate(resolve))
  expect(tabs.of('ann')).toEqual(['w1', 'w2'])
  await kept('ann', ['w1', 'w2'])
})

test('each account has its own, put away while another is shown, and forgotten with it', async () => {
  const tabs = await open()
  const windows = windowsOver(tabs)
  const window = windows.open('/dashboard')
  tabs.show('ann')
  for (const id of ['w1', 'w2']) window.tabs.add(tab(id))
  windows.arrange(window)
  windows.putTabsAway()
  expect(window.tabs.all).toEqual([])
  tabs.show('ben')
  window.tabs.add(tab('w3'))
  windows.arrange(window)
  await kept('ben', ['w3'])
  await kept('ann', ['w1', 'w2'])
  tabs.forget('ben')
  await kept('ben', [])
  await kept('ann', ['w1', 'w2'])
})

test('with the last window its tabs are put away; with one of several they are closed; when the app ends all stay', async () => {
  const tabs = await open()
  const windows = windowsOver(tabs)
  const [one, two] = [windows.open('/dashboard'), windows.open('/dashboard')]
  tabs.show('ann')
  one.tabs.add(tab('w1'))
  windows.arrange(one)
  two.tabs.add(tab('w2'))
  windows.arrange(two)
  await kept('ann', ['w1', 'w2'])
  windows.closed(two.window.id)
  await kept('ann', ['w1'])
  windows.closed(one.window.id)
  expect([tabs.shown, tabs.of('ann')]).toEqual([null, ['w1']])

  const again = windowsOver(tabs)
  const [three, four] = [again.open('/dashboard'), again.open('/dashboard')]
  tabs.show('ann')
  three.tabs.add(tab('w1'))
  four.tabs.add(tab('w2'))
  again.arrange(four)
  again.quitting()
  for (const { window } of [four, three]) again.closed(window.id)
  await kept('ann', ['w1', 'w2'])
})
