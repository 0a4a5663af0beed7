import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureSecrets } from './secrets.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-secrets-'))
})
afterEach(() => rm(directory, { recursive: true }))
const file = () => join(directory, 'secrets.env')

test('are made once, strong, as KEY=value lines that only the owner may read', async () => {
  const made = await ensureSecrets(directory)
  expect(made.ARC_ADMIN_TOKEN).toMatch(/^[0-9a-f]{64}$/)
  expect(made.ARC_ADMIN_TOKEN).not.toBe(made.ARC_INTERNAL_TOKEN)
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  for (const line of (await readFile(file(), 'utf8')).trim().split('\n')) expect(line).toMatch(/^[A-Z_]+=[0-9a-f]+$/)
  expect(await ensureSecrets(directory)).toEqual(made)
})

test('what somebody added or set stays, what is missing is added, and a loose mode is tightened', async () => {
  await writeFile(file(), `ARC_ADMIN_TOKEN=${'c'.repeat(40)}\nGITHUB_CLIENT_ID=abc`, { mode: 0o644 })
  const made = await ensureSecrets(directory)
  expect(made.ARC_ADMIN_TOKEN).toBe('c'.repeat(40))
  expect(made['GITHUB_CLIENT_ID']).toBe('abc')
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  expect(await readFile(file(), 'utf8')).toMatch(/GITHUB_CLIENT_ID=abc\nARC_INTERNAL_TOKEN=/)
})
