import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { JsonFile } from '../storage/json-file.ts'
import { Accounts, SavedAccounts } from './accounts.ts'
import type { Keychain } from './accounts.ts'

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-accounts-'))
  path = join(directory, 'deep', 'accounts.json')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const keychain: Keychain = {
  isAvailable: true,
  seal: (text) => Buffer.from(`sealed ${text}`).toString('hex'),
  unseal: (sealed) => Buffer.from(sealed, 'hex').toString().slice('sealed '.length),
}
const none: Keychain = { isAvailable: false, seal: () => '', unseal: () => '' }
const broken: Keychain = {
  ...keychain,
  unseal: () => {
    throw new Error('another user sealed it')
  },
}
const open = (chain = keychain) => Accounts.open(new JsonFile(path, SavedAccounts), chain)

test('accounts and sessions outlast the app; on disk a session is only as it was sealed, in a file of one’s own', async () => {
  const accounts = await open()
  const ann = await accounts.signedIn('https://a.example', 'ann', 'the-session')
  const text = await readFile(path, 'utf8')
  expect(text).not.toContain('the-session')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const again = await open()
  expect([again.current?.login, again.sessionOf(ann)]).toEqual(['ann', 'the-session'])
})

test('without a keychain sessions are not kept; one that cannot be unsealed is none', async () => {
  const id = await (await open(none)).signedIn('https://a.example', 'ann', 'the-session')
  expect(await readFile(path, 'utf8')).not.toContain('session"')
  expect((await open(none)).sessionOf(id)).toBeNull()
  const sealed = await (await open()).signedIn('https://a.example', 'ann', 'the-session')
  expect((await open(broken)).sessionOf(sealed)).toBeNull()
})

test('signing in anew is the same account; several are kept apart; the current one stays so', async () => {
  const accounts = await open()
  const ann = await accounts.signedIn('https://a.example', 'ann', 's1')
  const ben = await accounts.signedIn('https://b.example', 'ben', 's2')
  expect(await accounts.signedIn('https://a.example', 'ann', 's3')).toBe(ann)
  expect([accounts.views.length, accounts.sessionOf(ann), accounts.current?.id]).toEqual([2, 's3', ann])
  await accounts.use(ben)
  await accounts.use('nobody')
  expect((await open()).current?.id).toBe(ben)
  expect([accounts.on('https://a.example')?.login, accounts.on('https://c.example')]).toEqual(['ann', null])
  await accounts.forgetSession(ben)
  expect(accounts.views.find(({ id }) => id === ben)?.signedIn).toBe(false)
  await accounts.remove(ben)
  expect([accounts.current?.id, accounts.views.length]).toEqual([ann, 1])
})

test('a file that is no longer understood counts as none', async () => {
  await (await open()).signedIn('https://a.example', 'ann', 's1')
  await writeFile(path, '{"accounts": 7')
  expect((await open()).views).toEqual([])
})
