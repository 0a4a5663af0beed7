import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TRPCClientError } from '@trpc/client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createRunning, ownContainers, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'

let arc: TestOrchestrator
beforeAll(async () => {
  arc = await startTestOrchestrator()
})
afterAll(() => arc?.destroy())

const isGone = (userId: string) =>
  vi.waitFor(async () => expect(await arc.prisma.user.findMany({ where: { id: userId } })).toEqual([]), {
    timeout: 30_000,
  })

test('a person takes along all that is held of them, and nobody else’s', async () => {
  const [person, other] = await Promise.all([arc.person(), arc.person()])
  await Promise.all([
    person.api.workspaces.create.mutate({ name: 'taken-along' }),
    other.api.workspaces.create.mutate({ name: 'not-mine' }),
  ])
  const { token } = await person.api.tokens.create.mutate({ name: 'ci', scopes: ['workspaces:read'] })
  const exported = await person.api.account.export.query()
  expect(exported).toMatchObject({
    account: { id: person.userId, tier: 'team' },
    sessions: [{ current: true }],
    tokens: [{ name: 'ci' }],
    workspaces: [{ name: 'taken-along' }],
  })
  expect(exported.record.map(({ action }) => action)).toEqual(['workspace.create', 'token.create'])
  const text = JSON.stringify(exported)
  for (const secret of [token, 'not-mine', other.userId]) expect(text).not.toContain(secret)
})

test('deleting an account takes its login typed, shuts it out at once, and leaves nothing but the record', async () => {
  const person = await arc.person()
  const workspace = await createRunning(person, 'goes-with-me')
  const made = await person.api.tokens.create.mutate({ name: 'ci', scopes: ['workspaces:write'] })
  const { login } = (await person.api.auth.me.query()) ?? { login: '' }
  const refused: unknown = await person.api.account.remove
    .mutate({ login: 'somebody' })
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(TRPCClientError)
  expect(await person.api.auth.me.query()).not.toBeNull()

  await person.api.account.remove.mutate({ login })
  expect(await person.api.auth.me.query()).toBeNull()
  expect((await arc.send('/trpc/workspaces.list', { headers: { authorization: `Bearer ${made.token}` } })).status).toBe(
    401,
  )
  await isGone(person.userId)
  expect(
    (await ownContainers(arc.engine, arc.deployment)).filter((info) => info.Labels['arcx.workspace'] === workspace.id),
  ).toEqual([])
  await expect(stat(join(arc.directory, 'workspaces', workspace.id))).rejects.toThrow('ENOENT')
  expect(await arc.prisma.session.findMany({ where: { userId: person.userId } })).toEqual([])
  const actions = await arc.prisma.auditEntry.findMany({ where: { targetId: person.userId }, orderBy: { id: 'asc' } })
  expect(actions.map(({ action }) => action)).toEqual(['user.leave', 'user.removed'])
})

test('killed midway, the account still goes', async () => {
  const person = await arc.person()
  await createRunning(person, 'cut-off')
  const { login } = (await person.api.auth.me.query()) ?? { login: '' }
  await person.api.account.remove.mutate({ login })
  await arc.kill()
  await arc.start()
  await isGone(person.userId)
})

test('whoever runs the server deletes somebody by the reference’s route; a stranger’s name is no such person', async () => {
  const person = await arc.person()
  const { login } = (await person.api.auth.me.query()) ?? { login: '' }
  const headers = { authorization: `Bearer ${arc.adminToken}` }
  expect((await arc.send('/api/admin/users/nobody-here', { method: 'DELETE', headers })).status).toBe(404)
  expect(
    (
      await arc.send(`/api/admin/users/${login}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${arc.internalToken}` },
      })
    ).status,
  ).toBe(401)
  expect((await arc.send(`/api/admin/users/${login}`, { method: 'DELETE', headers })).status).toBe(204)
  await isGone(person.userId)
})
