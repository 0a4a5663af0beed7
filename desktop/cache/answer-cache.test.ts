import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { JsonFile } from '../storage/json-file.ts'
import { CachedAnswers, AnswerCache } from './answer-cache.ts'

async function fileIn(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'arcx-known-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return join(directory, 'known.json')
}

test('what the server said last is there after a restart, and nothing of procedures that are not named', async () => {
  const path = await fileIn()
  const known = await AnswerCache.open(new JsonFile(path, CachedAnswers))
  await known.keep('teams.list', [{ name: 'crew', may: ['create'] }])
  await known.keep('secrets.list', ['a secret'])
  expect((await AnswerCache.open(new JsonFile(path, CachedAnswers))).answers).toEqual({
    'teams.list': [{ name: 'crew', may: ['create'] }],
  })
  expect(await readFile(path, 'utf8')).not.toContain('a secret')
})

test('answers that an earlier app has kept in another shape are not shown', async () => {
  const path = await fileIn()
  await writeFile(path, JSON.stringify({ 'teams.list': [{ name: 'crew', role: 'owner' }] }))
  expect((await AnswerCache.open(new JsonFile(path, CachedAnswers))).answers).toEqual({})
})
