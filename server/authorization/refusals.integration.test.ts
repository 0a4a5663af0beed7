import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SecretId } from '@arcx/router'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'

let arc: TestOrchestrator
beforeAll(async () => {
  arc = await startTestOrchestrator()
})
afterAll(() => arc?.destroy())

const entriesOf = (actorId: string) =>
  arc.prisma.auditEntry.findMany({
    where: { actorId },
    select: { action: true, targetKind: true, targetId: true, targetName: true, outcome: true },
    orderBy: { id: 'asc' },
  })

test('a command that is refused is in the audit log with what it was about, also where the scope of a token is missing; a question is not', async () => {
  const person = await arc.person()
  const id = SecretId.parse(randomUUID())
  await expect(person.api.secrets.remove.mutate({ id })).rejects.toThrow('no such secret')
  await expect(person.api.admin.overview.query()).rejects.toThrow('administer')
  await expect(person.api.announcements.announce.mutate({ text: 'Anybody may say this to everybody' })).rejects.toThrow(
    'administer',
  )
  const { token } = await person.api.tokens.create.mutate({ name: 'narrow', scopes: ['workspaces:read'] })
  const answer = await arc.send('/trpc/teams.create', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'crew' }),
  })
  expect(answer.status).toBe(403)
  expect(await entriesOf(person.userId)).toMatchObject([
    { action: 'secret.remove', targetKind: 'secret', targetId: id, outcome: 'refused:secret_not_found' },
    { action: 'announcement.make', outcome: 'refused:forbidden' },
    { action: 'token.create', outcome: 'ok' },
    { action: 'team.create', targetKind: 'team', targetName: 'crew', outcome: 'refused:scope_missing' },
  ])
})

test('no text keeps a refusal out of the audit log, and one that cannot be stored is whoever sent it to mend', async () => {
  const person = await arc.person()
  const { token } = await person.api.tokens.create.mutate({ name: 'narrow', scopes: ['workspaces:read'] })
  const answer = await arc.send('/trpc/teams.create', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'quiet\0' }),
  })
  expect(answer.status).toBe(403)
  expect((await entriesOf(person.userId)).at(-1)).toMatchObject({
    action: 'team.create',
    targetName: 'quiet\uFFFD',
    outcome: 'refused:scope_missing',
  })
  await expect(person.api.workspaces.get.query({ name: 'a\0b' })).rejects.toMatchObject({
    data: { httpStatus: 400, arc: { code: 'text_unstorable' } },
  })
  const list = `/trpc/admin.users.list?input=${encodeURIComponent(JSON.stringify({ search: '\0' }))}`
  expect((await arc.send(list, { headers: { authorization: `Bearer ${arc.adminToken}` } })).status).toBe(400)
})

test('somebody who is refused without end fills no audit log: sixty are recorded, and how many more there were', async () => {
  const [person, other] = await Promise.all([arc.person(), arc.person()])
  for (let count = 0; count < 70; count += 1)
    await expect(person.api.secrets.remove.mutate({ id: SecretId.parse(randomUUID()) })).rejects.toThrow(
      'no such secret',
    )
  await expect(other.api.secrets.remove.mutate({ id: SecretId.parse(randomUUID()) })).rejects.toThrow('no such secret')
  expect(await entriesOf(person.userId)).toHaveLength(60)
  expect(await entriesOf(other.userId)).toHaveLength(1)
  await arc.stop()
  expect(await entriesOf('authorization')).toMatchObject([
    { action: 'command.refused', targetKind: 'omitted', targetId: person.userId, targetName: '10 more' },
  ])
}, 60_000)
