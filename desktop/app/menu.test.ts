import { expect, test } from 'vitest'
import { menuModel } from './menu.ts'

const keys = (inFront: 'launcher' | 'workspace', isMac = false) =>
  menuModel(inFront, isMac).flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.kind === 'action' && entry.keys !== null ? [entry.keys] : [])),
  )

test('while a workspace is in front, every key without Alt is the editor’s', () => {
  expect(keys('workspace').filter((each) => !each.includes('+Alt+'))).toEqual([])
  for (const belongs of ['W', 'T', 'P', 'N', 'K', 'R', ','])
    expect(keys('workspace')).not.toContain(`CommandOrControl+${belongs}`)
})

test('the launcher has the usual ones as well, and no key twice', () => {
  for (const isMac of [false, true]) {
    const all = keys('launcher', isMac)
    expect(all).toEqual(expect.arrayContaining(['CommandOrControl+N', 'CommandOrControl+K', 'CommandOrControl+,']))
    expect(new Set(all).size).toBe(all.length)
  }
})
