import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addVersion } from '@arcx/prisma/sql/document-history'
import type { VersionCause } from '@arcx/prisma/sql/document-history'
import { runInside } from '@arcx/testing/orchestrator'
import { startWithCli } from './with-cli.ts'
import type { WithCli } from './with-cli.ts'

let all: WithCli
beforeAll(async () => {
  all = await startWithCli()
})
afterAll(() => all?.arc.destroy())

const inside = async (command: string) =>
  (await runInside(all.arc.engine, all.box.id, ['sh', '-c', `cd /home/arc/project && ${command}`])).output.replaceAll(
    '\r',
    '',
  )

async function keep(
  path: string,
  versions: readonly (readonly [text: string, userId: string | null, cause: VersionCause])[],
): Promise<void> {
  const documentId = randomUUID()
  await all.arc.prisma.document.create({ data: { id: documentId, workspaceId: all.box.id, path } })
  await all.arc.prisma.documentUpdate.create({
    data: { documentId, update: new Uint8Array(), userId: all.person.userId },
  })
  for (const [text, userId, cause] of versions) await addVersion(all.arc.prisma, { documentId, userId, cause, text })
}

test('who wrote stands in arcx history, and what a file held is printed as it was; arcx restore writes it, and that can be taken back', async () => {
  const { said, json, login, person, cli } = all
  expect(await said(['history', 'box'])).toBe('Nobody has edited a file in VS Code yet. Open it with: arcx open box\n')
  await keep('notes.txt', [
    ['first', null, 'opened'],
    ['second\n', person.userId, 'saved'],
    ['third\n', null, 'disk'],
  ])
  await inside("printf 'third\\n' > notes.txt")
  expect(await said(['history', 'box'])).toMatch(new RegExp(`^FILE +BY +LAST\nnotes.txt +${login} +just now\n$`))
  const shown = await said(['history', 'box', 'notes.txt'])
  expect(shown.split('\n').map((line) => line.split(/ {2,}/).slice(2))).toEqual([
    ['HOW', 'CHARACTERS'],
    ['written by a program', '6'],
    [`saved by ${login}`, '7'],
    ['as it was first opened', '5'],
    [],
  ])
  const [, second, first] = (await json(['history', 'box', 'notes.txt'])) as { readonly id: string }[]
  expect(await said(['history', 'box', 'notes.txt', first?.id.slice(0, 8) ?? ''])).toBe('first')

  expect(await said(['restore', 'box', 'notes.txt', second?.id.slice(0, 8) ?? ''])).toMatch(
    new RegExp(`^notes.txt is again as it was just now, saved by ${login}\\.`),
  )
  expect(await inside('cat notes.txt')).toBe('second\n')
  expect(await said(['restore', 'box', 'notes.txt', second?.id ?? ''])).toBe('notes.txt is like that already.\n')
  const [, before] = (await json(['history', 'box', 'notes.txt'])) as { readonly id: string }[]
  await said(['restore', 'box', 'notes.txt', before?.id ?? ''])
  expect(await inside('cat notes.txt')).toBe('third\n')

  expect(await cli.run(['history', 'box', 'absent.txt'])).toMatchObject({
    code: 5,
    stderr: expect.stringContaining(
      'No version of this file is kept: absent.txt. List the files that have some with: arcx history box',
    ),
  })
  expect(await cli.run(['restore', 'box', 'notes.txt', 'zz'])).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('No such version, or it is not kept any more: zz'),
  })
  expect(await cli.run(['restore', 'box', 'notes.txt', ''])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Several versions'),
  })

  await said(['stop', 'box'])
  expect((await cli.run(['restore', 'box', 'notes.txt', 'zz'])).code).toBe(5)
  expect(await json(['ls'])).toMatchObject([{ name: 'box', state: 'stopped' }])
})

test('what a workspace has named writes nothing else on the terminal than its name', async () => {
  await keep('\u001B]0;title\u0007\u001B[2J\nx.txt', [])
  const shown = await all.said(['history', 'box'])
  expect(shown).toContain('\uFFFD]0;title\uFFFD\uFFFD[2J\uFFFDx.txt')
  expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
})
