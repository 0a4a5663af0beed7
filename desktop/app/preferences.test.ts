import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Preferences } from '@arcx/desktop-contract/contract'
import { JsonFile } from '../storage/json-file.ts'
import { ChosenPreferences } from './preferences.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-preferences-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** A system that has some keys for itself, and may refuse to start programs. */
async function open(taken: readonly string[], startsPrograms = true) {
  const system = { keys: '', atLogin: false, changes: 0 }
  const preferences = await ChosenPreferences.open({
    file: new JsonFile(join(directory, 'preferences.json'), Preferences),
    registerShortcut(keys) {
      system.keys = taken.includes(keys) ? '' : keys
      return !taken.includes(keys)
    },
    async setOpenAtLogin(isOn) {
      if (!startsPrograms) throw new Error('The folder cannot be written.')
      system.atLogin = isOn
    },
    changed: () => void (system.changes += 1),
  })
  return { preferences, system }
}

test('keys that are taken when the app starts are known as taken, until others are chosen', async () => {
  const { preferences, system } = await open(['CommandOrControl+Alt+Space', 'Taken'])
  expect(preferences.isShortcutTaken).toBe(true)
  await expect(preferences.choose({ switcherShortcut: 'Taken' })).rejects.toThrow(/Taken is taken by another program/)
  expect(preferences.isShortcutTaken).toBe(true)
  await preferences.choose({ switcherShortcut: 'Alt+X' })
  expect([preferences.isShortcutTaken, system.keys, system.changes]).toEqual([false, 'Alt+X', 1])
  await preferences.choose({ switcherShortcut: '' })
  expect(preferences.isShortcutTaken).toBe(false)
})

test('keys that cannot be had leave those that one had, and all else as it was', async () => {
  const { preferences, system } = await open(['Taken'])
  await expect(preferences.choose({ switcherShortcut: 'Taken', openAtLogin: true })).rejects.toThrow(/Choose another/)
  expect([preferences.isShortcutTaken, system]).toEqual([
    false,
    { keys: 'CommandOrControl+Alt+Space', atLogin: false, changes: 0 },
  ])
  expect(preferences.chosen.openAtLogin).toBe(false)
})

test('where the system cannot be told to start the app, it says so and the choice stays as it was', async () => {
  const { preferences } = await open([], false)
  await expect(preferences.choose({ openAtLogin: true })).rejects.toThrow('The folder cannot be written.')
  expect(preferences.chosen.openAtLogin).toBe(false)
  await preferences.choose({ notifications: false })
  expect((await open([], false)).preferences.chosen).toMatchObject({ notifications: false, openAtLogin: false })
})
