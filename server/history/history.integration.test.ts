import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { FileVersionId } from '@arcx/router'
import type { Workspace } from '@arcx/router'
import { addVersion } from '@arcx/prisma/sql/document-history'
import type { VersionCause } from '@arcx/prisma/sql/document-history'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import { runInside, untilState } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { connectWriter } from '@arcx/testing/writer'

let collab: TestCollab
let ann: Person
let ben: Person
let viewer: Person
let stranger: Person
let workspace: Workspace
let logins: { readonly ann: string; readonly ben: string }

beforeAll(async () => {
  collab = await startTestCollab()
  const people = await Promise.all([collab.arc.person(), collab.arc.person(), collab.arc.person(), collab.arc.person()])
  ;[ann, ben, viewer, stranger] = people
  logins = { ann: await loginOf(ann), ben: await loginOf(ben) }
  const { id: teamId } = await ann.api.teams.create.mutate({ name: 'writers' })
  await collab.arc.prisma.membership.createMany({
    data: [
      { teamId, userId: ben.userId, role: 'member' },
      { teamId, userId: viewer.userId, role: 'viewer' },
    ],
  })
  const { id } = await ann.api.workspaces.create.mutate({ name: 'written', teamId })
  workspace = await untilState(ann, id, 'running')
})
afterAll(() => collab?.destroy())

const inside = async (command: string) =>
  (
    await runInside(collab.arc.engine, workspace.id, ['sh', '-c', `cd /home/arc/project && ${command}`])
  ).output.replaceAll('\r', '')

const loginOf = async (person: Person) => (await person.api.auth.me.query())?.login ?? ''

/** What a file held one after the other, the earliest first. */
async function keep(
  path: string,
  versions: readonly (readonly [text: string, by: Person | null, cause: VersionCause])[],
): Promise<string> {
  const id = randomUUID()
  await collab.arc.prisma.document.create({ data: { id, workspaceId: workspace.id, path, snapshot: null } })
  for (const [text, by, cause] of versions)
    await addVersion(collab.arc.prisma, { documentId: id, userId: by?.userId ?? null, cause, text })
  return id
}

const versionsOf = (path: string, person = ann) =>
  person.api.history.versions.query({ workspaceId: workspace.id, path })
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: { data?: { arc?: { code: string } } }) => error.data?.arc?.code,
  )

test('who wrote in which file stands there, people and programs, the latest first', async () => {
  const writer = await connectWriter(ben, workspace.id, 'src/a.ts')
  writer.write(0, 'const a = 1\n')
  await vi.waitFor(
    async () =>
      expect(await ann.api.history.changes.query({ workspaceId: workspace.id })).toMatchObject([
        { path: 'src/a.ts', by: { kind: 'person', login: logins.ben } },
      ]),
    { timeout: 20_000 },
  )
  writer.close()
  const documentId = await keep('src/b.ts', [])
  await collab.arc.prisma.documentUpdate.createMany({
    data: [
      { documentId, update: Buffer.alloc(0), userId: null },
      { documentId, update: Buffer.alloc(0), userId: randomUUID() },
    ],
  })
  const changes = await viewer.api.history.changes.query({ workspaceId: workspace.id })
  expect(changes.map(({ path, by }) => `${path} ${by.kind}`).toSorted()).toEqual([
    'src/a.ts person',
    'src/b.ts gone',
    'src/b.ts program',
  ])
  expect(await ann.api.history.changes.query({ workspaceId: workspace.id, path: 'src/a.ts' })).toHaveLength(1)
})

test('a version is restored to the file, what it held is kept before, and both are recorded', async () => {
  await keep('notes.txt', [
    ['one\n', ann, 'saved'],
    ['one\ntwo\n', ben, 'saved'],
  ])
  await inside('printf "one\\ntwo\\nby a program\\n" > notes.txt; chmod 750 notes.txt; ln -s notes.txt link.txt')
  const [, first] = await versionsOf('notes.txt')
  expect(first).toMatchObject({ by: { kind: 'person', login: logins.ann }, cause: 'saved', letters: 4 })
  const versionId = first?.id ?? FileVersionId.parse(randomUUID())
  expect((await ben.api.history.version.query({ workspaceId: workspace.id, versionId })).text).toBe('one\n')
  expect(await ben.api.history.restore.mutate({ workspaceId: workspace.id, versionId })).toBe(true)
  expect(await inside('cat notes.txt; stat -c %a notes.txt; ls -A1')).toBe('one\n750\nlink.txt\nnotes.txt\n')
  expect(
    (await versionsOf('notes.txt')).map(({ cause, by }) => `${cause} ${by.kind === 'person' ? by.login : by.kind}`),
  ).toEqual([`restored ${logins.ben}`, 'disk program', `saved ${logins.ben}`, `saved ${logins.ann}`])
  // It is so already: nothing is written twice.
  expect(await ben.api.history.restore.mutate({ workspaceId: workspace.id, versionId })).toBe(false)
  const entries = await collab.arc.prisma.auditEntry.findMany({
    where: { action: 'workspace.restore-file' },
    select: { actorId: true, targetName: true, outcome: true },
  })
  expect(entries).toEqual([{ actorId: ben.userId, targetName: 'written:notes.txt', outcome: 'ok' }])
})

test('a file that is gone comes back with its folders; one through a link is written where that leads', async () => {
  await keep('deep/er/gone.txt', [['here again\n', ann, 'saved']])
  await keep('through.txt', [['old\n', ann, 'saved']])
  await inside('mkdir -p elsewhere; echo new > elsewhere/real.txt; ln -s elsewhere/real.txt through.txt')
  for (const path of ['deep/er/gone.txt', 'through.txt']) {
    const [version] = await versionsOf(path)
    if (version !== undefined)
      await ann.api.history.restore.mutate({ workspaceId: workspace.id, versionId: version.id })
  }
  expect(await inside('cat deep/er/gone.txt elsewhere/real.txt; readlink through.txt')).toBe(
    'here again\nold\nelsewhere/real.txt\n',
  )
})

test('ends of lines and the mark at the beginning stay as the file has them', async () => {
  await keep('dos.txt', [['a\nb\n', ann, 'saved']])
  await inside("printf '\\357\\273\\277a\\r\\n' > dos.txt")
  const [version] = await versionsOf('dos.txt')
  if (version !== undefined) await ann.api.history.restore.mutate({ workspaceId: workspace.id, versionId: version.id })
  expect(await inside("od -An -c dos.txt | tr -d ' \\n'")).toBe('357273277a\\r\\nb\\r\\n')
})

test('what is no text is not overwritten', async () => {
  await keep('folder', [['was a file once\n', ann, 'saved']])
  await keep('image.png', [['was a text once\n', ann, 'saved']])
  await inside("mkdir folder; printf 'PNG\\000' > image.png")
  for (const path of ['folder', 'image.png']) {
    const [version] = await versionsOf(path)
    expect(
      await codeOf(ann.api.history.restore.mutate({ workspaceId: workspace.id, versionId: version?.id ?? '' })),
    ).toBe('file_in_the_way')
    expect(await versionsOf(path)).toHaveLength(1)
  }
})

test('who may see a workspace reads its history, who may work in it restores, and strangers learn nothing', async () => {
  await keep('whose.txt', [['mine\n', ann, 'saved']])
  const [version] = await versionsOf('whose.txt', viewer)
  const asked = { workspaceId: workspace.id, versionId: version?.id ?? '' }
  expect((await viewer.api.history.version.query(asked)).text).toBe('mine\n')
  expect(await codeOf(viewer.api.history.restore.mutate(asked))).toBe('forbidden')
  expect(await codeOf(stranger.api.history.restore.mutate(asked))).toBe('workspace_not_found')
  expect(await codeOf(stranger.api.history.version.query(asked))).toBe('workspace_not_found')
  expect(await codeOf(stranger.api.history.versions.query({ workspaceId: workspace.id, path: 'whose.txt' }))).toBe(
    'workspace_not_found',
  )
  expect(await codeOf(stranger.api.history.changes.query({ workspaceId: workspace.id }))).toBe('workspace_not_found')
  // One’s own workspace is no way to another’s versions.
  const own = await stranger.api.workspaces.create.mutate({ name: 'strangers-own' })
  expect(await codeOf(stranger.api.history.version.query({ ...asked, workspaceId: own.id }))).toBe('version_not_found')
  expect(await inside('ls whose.txt 2>/dev/null; true')).toBe('')
})

test('of old versions every so often one is kept, so that a file’s history does not grow for ever', async () => {
  const documentId = await keep(
    'busy.txt',
    Array.from({ length: 130 }, (_, index) => [`${index}\n`, ann, 'saved'] as const),
  )
  // All of them at once, so in one or two spans of ten minutes.
  const kept = await versionsOf('busy.txt')
  expect(kept.length).toBeGreaterThanOrEqual(100)
  expect(kept.length).toBeLessThanOrEqual(102)
  await addVersion(collab.arc.prisma, { documentId, userId: ann.userId, cause: 'saved', text: '129\n' })
  expect(await versionsOf('busy.txt')).toHaveLength(kept.length)
})

test('in a workspace that rests nothing is restored, and the answer says what to do', async () => {
  await keep('rests.txt', [['x\n', ann, 'saved']])
  const [version] = await versionsOf('rests.txt')
  await ann.api.workspaces.stop.mutate({ workspaceId: workspace.id })
  await untilState(ann, workspace.id, 'stopped')
  expect(
    await codeOf(ann.api.history.restore.mutate({ workspaceId: workspace.id, versionId: version?.id ?? '' })),
  ).toBe('workspace_not_running')
}, 60_000)
