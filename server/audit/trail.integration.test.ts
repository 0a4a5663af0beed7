import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntryView, NamedAuditEntry } from '@arcx/router'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'

let arc: TestOrchestrator
beforeAll(async () => {
  arc = await startTestOrchestrator()
  // Entries from several at once, so that the chain is made under contention.
  const people = await Promise.all(Array.from({ length: 6 }, () => arc.person()))
  await Promise.all(
    people.flatMap(({ api }, index) =>
      ['www', 'Not A Name', `=cmd-${index}`, 'a"b,c\0'].map((name) =>
        api.workspaces.create.mutate({ name }).catch(() => undefined),
      ),
    ),
  )
})
afterAll(() => arc?.destroy())

const headers = () => ({ authorization: `Bearer ${arc.adminToken}` })
const verify = async () => JSON.parse((await arc.send('/trpc/audit.verify', { headers: headers() })).body).result.data
const lines = async (query = '') =>
  (await arc.send(`/api/admin/audit${query}`, { headers: headers() })).body
    .trim()
    .split('\n')
    .map((line): AuditEntryView => JSON.parse(line))

test('entries written at once form one chain without gaps', async () => {
  expect(await verify()).toMatchObject({ kind: 'whole', entries: 24 })
})

test('the export carries what is needed to check it elsewhere, with nothing of arcx’s', async () => {
  let before = Buffer.alloc(32)
  const entries = await lines()
  for (const { hash, ...entry } of entries) {
    before = createHash('sha256')
      .update(before)
      .update(JSON.stringify(Object.values(entry)))
      .digest()
    expect(hash).toBe(before.toString('hex'))
  }
  expect((await verify()).head).toBe(before.toString('hex'))
})

test('CSV quotes what it must and runs nothing in a spreadsheet', async () => {
  const answer = await arc.send('/api/admin/audit?format=csv', { headers: headers() })
  expect(answer.headers['content-type']).toContain('text/csv')
  expect(answer.headers['content-disposition']).toContain('arcx-audit.csv')
  expect(answer.body).toContain(`,'=cmd-0,`)
  expect(answer.body).toContain('"a""b,c')
  expect(answer.body.split('\r\n')).toHaveLength(26)
})

test('filters narrow it, pages go on where they ended', async () => {
  const [first] = await lines()
  expect((await lines(`?actorId=${first?.actorId}`)).length).toBe(4)
  expect(await lines('?action=workspace').then((all) => all.length)).toBe(24)
  expect((await arc.send('/api/admin/audit?action=work', { headers: headers() })).body).toBe('')
  const list = async (input: unknown) =>
    JSON.parse(
      (await arc.send(`/trpc/audit.list?input=${encodeURIComponent(JSON.stringify(input))}`, { headers: headers() }))
        .body,
    ).result.data
  const one = await list({ limit: 20 })
  expect(one[0].actorName).toMatch(/^person-/)
  const two = await list({ limit: 20, cursor: one.at(-1).id })
  expect([...one, ...two].map((entry: AuditEntryView) => Number(entry.id))).toEqual(
    Array.from({ length: 24 }, (_, index) => 24 - index),
  )
})

test('what was refused is listed with the name of what it was about, although only its id was asked for', async () => {
  const [owner, stranger] = [await arc.person(), await arc.person()]
  const team = await owner.api.teams.create.mutate({ name: 'audited' })
  await expect(owner.api.teams.leave.mutate({ teamId: team.id })).rejects.toThrow('always has an owner')
  await expect(stranger.api.teams.leave.mutate({ teamId: randomUUID() as typeof team.id })).rejects.toThrow()
  const listed: readonly NamedAuditEntry[] = JSON.parse(
    (
      await arc.send(
        `/trpc/audit.list?input=${encodeURIComponent(JSON.stringify({ limit: 2, action: 'team.leave' }))}`,
        {
          headers: headers(),
        },
      )
    ).body,
  ).result.data
  expect(listed.map(({ targetLabel, targetName }) => [targetLabel, targetName])).toEqual([
    [expect.stringMatching(/^[0-9a-f-]{36}$/), null],
    ['audited', null],
  ])
  await expect(stranger.api.auth.sessions.end.mutate({ sessionId: owner.sessionId })).rejects.toThrow()
  const [refused]: readonly NamedAuditEntry[] = JSON.parse(
    (
      await arc.send(
        `/trpc/audit.list?input=${encodeURIComponent(JSON.stringify({ limit: 1, action: 'session.end' }))}`,
        {
          headers: headers(),
        },
      )
    ).body,
  ).result.data
  expect(refused).toMatchObject({ targetKind: 'session', targetId: owner.sessionId, targetLabel: 'test' })
})

test('nobody else reads it', async () => {
  const { cookie } = await arc.person()
  for (const path of ['/api/admin/audit', '/trpc/audit.list', '/trpc/audit.verify']) {
    expect((await arc.send(path, { headers: { cookie } })).status).toBe(403)
    expect((await arc.send(path)).status).toBe(401)
  }
})

describe('tampering in the database', () => {
  test('a changed line shows, and put back the chain is whole again', async () => {
    const { outcome } = await arc.prisma.auditEntry.findUniqueOrThrow({ where: { id: 7n } })
    await arc.prisma.auditEntry.update({ where: { id: 7n }, data: { outcome: 'ok' } })
    expect(await verify()).toEqual({ kind: 'broken', id: '7', why: 'changed' })
    await arc.prisma.auditEntry.update({ where: { id: 7n }, data: { outcome } })
    expect(await verify()).toMatchObject({ kind: 'whole' })
  })

  test('a missing line shows', async () => {
    await arc.prisma.auditEntry.delete({ where: { id: 9n } })
    expect(await verify()).toEqual({ kind: 'broken', id: '10', why: 'missing before it' })
  })
})
