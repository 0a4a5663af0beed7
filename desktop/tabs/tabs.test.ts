import { expect, test } from 'vitest'
import { viewBounds } from './layout.ts'
import { Tabs } from './tabs.ts'
import type { WorkspaceTab } from './workspace-tab.ts'

const tab = (id: string) =>
  ({
    id,
    workspaceId: `w-${id}`,
    shown: { id, workspaceId: `w-${id}`, name: id, phase: { kind: 'open' } },
  }) as unknown as WorkspaceTab

function three() {
  const tabs = new Tabs()
  for (const id of ['a', 'b', 'c']) tabs.add(tab(id))
  return tabs
}
const order = (tabs: Tabs) => tabs.shown.tabs.map(({ id }) => id).join('')

test('a new one is shown; without any, the launcher', () => {
  expect(new Tabs().shown).toEqual({ tabs: [], active: null })
  expect(three().shown.active).toBe('c')
})

test('a closed one gives way to its right neighbour, then its left, then the launcher', () => {
  const tabs = three()
  tabs.activate('b')
  tabs.remove('b')
  expect(tabs.shown.active).toBe('c')
  tabs.remove('c')
  expect(tabs.shown.active).toBe('a')
  tabs.remove('a')
  expect(tabs.shown.active).toBeNull()
  expect(tabs.remove('a')).toBeNull()
})

test('closing another leaves what is shown', () => {
  const tabs = three()
  tabs.remove('a')
  expect([order(tabs), tabs.shown.active]).toEqual(['bc', 'c'])
})

test('they are moved, stepped through with the launcher among them, and chosen by number', () => {
  const tabs = three()
  tabs.move('c', 0)
  expect(order(tabs)).toBe('cab')
  tabs.move('c', 99)
  expect(order(tabs)).toBe('abc')
  tabs.move('none', 0)
  expect(order(tabs)).toBe('abc')
  tabs.step(1)
  expect(tabs.shown.active).toBeNull()
  tabs.step(1)
  expect(tabs.shown.active).toBe('a')
  tabs.step(-1)
  tabs.step(-1)
  expect(tabs.shown.active).toBe('c')
  tabs.activateAt(2)
  expect(tabs.shown.active).toBe('b')
  tabs.activateAt(7)
  expect(tabs.shown.active).toBe('b')
  tabs.activateAt(9)
  expect(tabs.shown.active).toBe('c')
  tabs.activateAt(0)
  expect(tabs.shown.active).toBeNull()
  tabs.activate('none')
  expect(tabs.shown.active).toBeNull()
})

test('a view stands under the strip and beside the panel, but never too small to work in', () => {
  expect(viewBounds({ width: 1280, height: 800 }, { top: 40, right: 280 })).toEqual({
    x: 0,
    y: 40,
    width: 1000,
    height: 760,
  })
  expect(viewBounds({ width: 500, height: 800 }, { top: 40, right: 280 })).toEqual({
    x: 0,
    y: 40,
    width: 500,
    height: 760,
  })
  expect(viewBounds({ width: 500, height: 220 }, { top: 40, right: 0 })).toEqual({
    x: 0,
    y: 0,
    width: 500,
    height: 220,
  })
})
