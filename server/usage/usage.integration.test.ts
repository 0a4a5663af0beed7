import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startMailServer } from '@arcx/testing/mail-server'
import type { MailServer } from '@arcx/testing/mail-server'
import { createRunning, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { startWebhookReceiver } from '@arcx/testing/webhook-receiver'
import type { WebhookReceiver } from '@arcx/testing/webhook-receiver'

let arc: TestOrchestrator
let smtp: MailServer
let receiver: WebhookReceiver
beforeAll(async () => {
  ;[smtp, receiver] = await Promise.all([startMailServer(), startWebhookReceiver()])
  arc = await startTestOrchestrator({
    ARC_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
    ARC_MAIL_FROM: 'arcx <arcx@example.com>',
    ARC_EVENT_WEBHOOK_EXEMPT: '127.0.0.0/8',
  })
})
afterAll(async () => {
  await arc?.destroy()
  await Promise.all([smtp?.close(), receiver?.close()])
})

const today = () => new Date().toISOString().slice(0, 10)
/** Over midnight, too. */
const span = () => ({ from: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10), to: today() })
const code = async (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'done',
    (error: { data?: { arc?: { code: string } } }) => error.data?.arc?.code,
  )
/** Used long ago in this month, by a workspace that has gone. */
const used = (hours: number, whose: { readonly personId?: string; readonly teamId?: string }) =>
  arc.prisma.usageDay.create({
    data: {
      day: new Date(today()),
      workspaceId: randomUUID(),
      workspaceName: '=cmd|gone',
      awakeSeconds: hours * 3600,
      ...whose,
    },
  })
const minutes = { timeout: 150_000, interval: 500 }

test('what runs is counted each minute; with nothing left of a budget it is stopped, and nothing is started', async () => {
  const person = await arc.person()
  const email = 'counted@example.org'
  await arc.prisma.user.update({ where: { id: person.userId }, data: { email } })
  await person.api.eventWebhooks.create.mutate({
    teamId: null,
    name: 'Budgets',
    url: receiver.url,
    events: ['budget.alert'],
  })
  const { id } = await createRunning(person, 'counted')
  await vi.waitFor(async () => {
    const { rows } = await person.api.usage.mine.query(span())
    expect(rows[0]).toMatchObject({ workspaceName: 'counted', team: null })
    expect(rows[0]?.awakeSeconds).toBeGreaterThan(0)
    expect(rows[0]?.cpuSeconds).toBeGreaterThan(0)
    expect(rows[0]?.memoryByteSeconds).toBeGreaterThan(1e6)
  }, minutes)
  await person.api.usage.setBudget.mutate({ budget: { hours: 10, hardStop: true } })
  await used(9, { personId: person.userId })
  await vi.waitFor(
    async () =>
      expect(await arc.prisma.auditEntry.count({ where: { action: 'usage.budget-80', targetId: person.userId } })).toBe(
        1,
      ),
    minutes,
  )
  expect((await person.api.workspaces.get.query({ workspaceId: id })).state).toBe('running')
  await used(2, { personId: person.userId })
  expect(await code(person.api.workspaces.create.mutate({ name: 'one-more' }))).toBe('budget_spent')
  await vi.waitFor(
    async () => expect((await person.api.workspaces.get.query({ workspaceId: id })).state).toBe('stopped'),
    minutes,
  )
  expect(await code(person.api.workspaces.start.mutate({ workspaceId: id }))).toBe('budget_spent')
  expect(await arc.prisma.auditEntry.count({ where: { action: 'usage.budget-100', targetId: person.userId } })).toBe(1)
  // Each is told of once, however often it is counted.
  const told = () => receiver.received.map(({ body }) => JSON.parse(body))
  await vi.waitFor(
    () =>
      expect(told()).toMatchObject(
        [80, 100].map((percent) => ({
          type: 'budget.alert',
          data: { budget: { percent, hours: 10, hardStop: true } },
        })),
      ),
    minutes,
  )
  await vi.waitFor(() => expect(smtp.received.filter(({ to }) => to.includes(email))).toHaveLength(2), minutes)
  await person.api.usage.setBudget.mutate({ budget: null })
  await person.api.workspaces.start.mutate({ workspaceId: id })
  await untilState(person, id, 'running')
}, 400_000)

test('a team’s members see what it uses, its admins set its budget; strangers see nothing', async () => {
  const [owner, member, stranger] = [await arc.person(), await arc.person(), await arc.person()]
  const team = await owner.api.teams.create.mutate({ name: 'using-team' })
  await arc.prisma.membership.create({ data: { teamId: team.id, userId: member.userId, role: 'member' } })
  await used(3, { teamId: team.id, personId: member.userId })
  const seen = async (by: Person) => (await by.api.usage.ofTeam.query({ teamId: team.id, span: span() })).hoursThisMonth
  expect(await seen(owner)).toBe(3)
  expect(await seen(member)).toBe(3)
  expect((await member.api.usage.mine.query(span())).rows).toEqual([])
  expect(await code(seen(stranger))).toBe('team_not_found')
  const budget = { teamId: team.id, budget: { hours: 5 } }
  expect(await code(member.api.usage.setBudget.mutate(budget))).toBe('forbidden')
  await owner.api.usage.setBudget.mutate(budget)
  const { budget: set } = await member.api.usage.ofTeam.query({ teamId: team.id, span: span() })
  expect(set).toEqual({ hours: 5, hardStop: false })
})

test('it is exported for spreadsheets, in which no name is a formula, and administrators get everybody’s', async () => {
  const person = await arc.person()
  await used(1, { personId: person.userId })
  const { from, to } = span()
  const own = await arc.send(`/api/usage?from=${from}&to=${to}`, { headers: { cookie: person.cookie } })
  const [head = '', ...lines] = own.body.trim().split('\n')
  expect(own.headers['content-type']).toContain('text/csv')
  expect(head.split(',').slice(0, 3)).toEqual(['day', 'workspaceId', 'workspaceName'])
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain("'=cmd|gone")
  const admin = { headers: { authorization: `Bearer ${arc.adminToken}` } }
  const all = await arc.send(`/api/admin/usage?from=${from}&to=${to}&format=json`, admin)
  expect(JSON.parse(all.body).length).toBeGreaterThan(1)
  expect((await arc.send('/api/usage?from=x&to=y', { headers: { cookie: person.cookie } })).status).toBe(400)
})
