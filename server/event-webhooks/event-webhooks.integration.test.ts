import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { EventEndpoint, TeamId, WebhookEventType } from '@arcx/router'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { testPort } from '@arcx/testing/port'
import { startWebhookReceiver } from '@arcx/testing/webhook-receiver'
import type { ReceivedWebhook, WebhookReceiver } from '@arcx/testing/webhook-receiver'

let arc: TestOrchestrator
beforeAll(async () => {
  arc = await startTestOrchestrator({ ARC_EVENT_WEBHOOK_EXEMPT: '127.0.0.0/8' })
})
afterAll(() => arc?.destroy())

const patient = { timeout: 30_000, interval: 50 }
const memberEvents: WebhookEventType[] = ['member.joined', 'member.left']

async function receiver(at?: number): Promise<WebhookReceiver> {
  const started = await startWebhookReceiver(at)
  onTestFinished(() => started.close())
  return started
}

interface TeamWithGuest {
  readonly owner: Person
  readonly guest: Person
  readonly teamId: TeamId
  /** The guest comes in, and goes again. */
  visit(): Promise<void>
}

async function team(): Promise<TeamWithGuest> {
  const [owner, guest] = await Promise.all([arc.person(), arc.person()])
  const { id: teamId } = await owner.api.teams.create.mutate({ name: `team-${randomUUID().slice(0, 8)}` })
  const { url } = await owner.api.teams.invites.create.mutate({ teamId, maxUses: 50 })
  const code = new URL(url).searchParams.get('code') ?? ''
  return {
    owner,
    guest,
    teamId,
    async visit() {
      await guest.api.teams.accept.mutate({ code })
      await guest.api.teams.leave.mutate({ teamId })
    },
  }
}

const deliveriesOf = (person: Person, { id }: Pick<EventEndpoint, 'id'>) =>
  person.api.eventWebhooks.deliveries.query({ id })
const opened = ({ body, headers }: ReceivedWebhook, secret: string) =>
  new Webhook(secret).verify(body, headers as Record<string, string>)
const idOf = ({ headers }: ReceivedWebhook) => headers['webhook-id']

test('a team’s endpoint is told of the events it has chosen, by messages that Standard Webhooks’ library takes', async () => {
  const { owner, guest, teamId, visit } = await team()
  const [all, some, others] = await Promise.all([receiver(), receiver(), receiver()])
  const create = (url: string, events: WebhookEventType[]) =>
    owner.api.eventWebhooks.create.mutate({ teamId, name: 'Test', url, events })
  const { secret, ...endpoint } = await create(all.url, memberEvents)
  await create(some.url, ['member.left'])
  const outsider = await team()
  await outsider.owner.api.eventWebhooks.create.mutate({
    teamId: outsider.teamId,
    name: 'Of another team',
    url: others.url,
    events: memberEvents,
  })
  await visit()
  await vi.waitFor(() => expect([all.received.length, some.received.length]).toEqual([2, 1]), patient)
  const told = all.received.map((each) => opened(each, secret) as { readonly type: string; readonly data: object })
  expect(told.toSorted((a, b) => a.type.localeCompare(b.type))).toMatchObject([
    { type: 'member.joined', data: { member: { id: guest.userId }, by: expect.any(String) } },
    { type: 'member.left', data: { member: { id: guest.userId } } },
  ])
  expect(new Set(all.received.map(idOf)).size).toBe(2)
  expect(others.received).toEqual([])
  await vi.waitFor(async () => {
    const seen = await deliveriesOf(owner, endpoint)
    expect(seen.map(({ state, status, attempts }) => [state, status, attempts])).toEqual([
      ['delivered', 204, 1],
      ['delivered', 204, 1],
    ])
  }, patient)
  expect(await owner.api.eventWebhooks.list.query({ teamId })).not.toContainEqual(
    expect.objectContaining({ secret: expect.anything() }),
  )
  const [row] = await arc.prisma.eventEndpoint.findMany({ where: { id: endpoint.id } })
  expect(Buffer.from(row?.sealed ?? []).toString('latin1')).not.toContain(secret.slice(6))
  expect(await arc.log()).not.toContain(secret)
})

test('while a secret is changed both sign, so that no receiver misses anything', async () => {
  const { owner, teamId, visit } = await team()
  const hook = await receiver()
  const made = await owner.api.eventWebhooks.create.mutate({
    teamId,
    name: 'Rotated',
    url: hook.url,
    events: ['member.joined'],
  })
  const rotated = await owner.api.eventWebhooks.rotate.mutate({ id: made.id })
  expect(rotated.secret).not.toBe(made.secret)
  expect(rotated.formerSecretUntil).not.toBeNull()
  await visit()
  const first = await vi.waitFor(() => {
    const [only] = hook.received
    if (only === undefined) throw new Error('Nothing came.')
    return only
  }, patient)
  for (const secret of [made.secret, rotated.secret]) expect(opened(first, secret)).toBeTruthy()
  await arc.prisma.eventEndpoint.update({ where: { id: made.id }, data: { formerUntil: new Date(Date.now() - 1000) } })
  await visit()
  await vi.waitFor(() => expect(hook.received).toHaveLength(2), patient)
  const [, second] = hook.received
  if (second === undefined) throw new Error('Nothing came.')
  expect(opened(second, rotated.secret)).toBeTruthy()
  expect(() => opened(second, made.secret)).toThrow()
})

test('what was to be sent when the server was killed is sent once it runs again', async () => {
  const { owner, teamId, visit } = await team()
  const port = await testPort()
  const endpoint = await owner.api.eventWebhooks.create.mutate({
    teamId,
    name: 'Away at first',
    url: `http://127.0.0.1:${port}/`,
    events: memberEvents,
  })
  await visit()
  await arc.kill()
  const hook = await receiver(port)
  await arc.start()
  await vi.waitFor(() => expect(new Set(hook.received.map(idOf)).size).toBe(2), { timeout: 60_000, interval: 100 })
  await vi.waitFor(
    async () =>
      expect((await deliveriesOf(owner, endpoint)).map(({ state }) => state)).toEqual(['delivered', 'delivered']),
    patient,
  )
})

test('what is not taken is tried again under the same id, after five seconds and then after five minutes, and can be sent again by hand', async () => {
  const { owner, teamId, visit } = await team()
  const hook = await receiver()
  hook.answer = { status: 500, body: '<script>alert(1)</script>\0' }
  const endpoint = await owner.api.eventWebhooks.create.mutate({
    teamId,
    name: 'Fails',
    url: hook.url,
    events: ['member.joined'],
  })
  await visit()
  await vi.waitFor(() => expect(hook.received).toHaveLength(2), patient)
  expect(new Set(hook.received.map(idOf)).size).toBe(1)
  const delivery = await vi.waitFor(async () => {
    const [only] = await deliveriesOf(owner, endpoint)
    if (only?.attempts !== 2) throw new Error('It has not been written down yet.')
    return only
  }, patient)
  expect(delivery).toMatchObject({
    state: 'waiting',
    status: 500,
    answer: '<script>alert(1)</script>\uFFFD',
    body: hook.received[0]?.body,
  })
  const waits = Date.parse(delivery.nextAttemptAt ?? '') - Date.parse(delivery.attemptedAt ?? '')
  expect(Math.abs(waits - 300_000)).toBeLessThan(5000)
  expect((await owner.api.eventWebhooks.list.query({ teamId }))[0]?.failingSince).not.toBeNull()

  hook.answer = { status: 200 }
  await owner.api.eventWebhooks.resend.mutate({ id: delivery.id })
  await vi.waitFor(async () => expect((await deliveriesOf(owner, endpoint))[0]?.state).toBe('delivered'), patient)
  expect(new Set(hook.received.map(idOf)).size).toBe(1)
  expect((await owner.api.eventWebhooks.list.query({ teamId }))[0]?.failingSince).toBeNull()
})

test('an endpoint that does not answer holds up no other', async () => {
  const { owner, teamId, visit } = await team()
  const [silent, quick] = await Promise.all([receiver(), receiver()])
  silent.answer = 'nothing'
  const create = (url: string) =>
    owner.api.eventWebhooks.create.mutate({ teamId, name: 'Test', url, events: memberEvents })
  const held = await create(silent.url)
  await create(quick.url)
  for (let visits = 0; visits < 15; visits++) await visit()
  await vi.waitFor(() => expect(quick.received).toHaveLength(30), patient)
  // Of its own thirty it has one at a time.
  expect(silent.received.length).toBeLessThan(10)
  await owner.api.eventWebhooks.remove.mutate({ id: held.id })
})

const offEntries = (id: string) =>
  arc.prisma.auditEntry.findMany({ where: { targetId: id, action: { startsWith: 'event-webhook.off' } } })

test('after five days of nothing but failures an endpoint is switched off, which is recorded; switched on again it starts anew', async () => {
  const { owner, teamId, visit } = await team()
  const hook = await receiver()
  hook.answer = { status: 503 }
  const endpoint = await owner.api.eventWebhooks.create.mutate({
    teamId,
    name: 'Fails for long',
    url: hook.url,
    events: ['member.joined'],
  })
  const failingSince = (days: number) =>
    arc.prisma.eventEndpoint.update({
      where: { id: endpoint.id },
      data: { failingSince: new Date(Date.now() - days * 24 * 3_600_000) },
    })
  await failingSince(4.9)
  await visit()
  await vi.waitFor(() => expect(hook.received.length).toBeGreaterThan(0), patient)
  expect((await owner.api.eventWebhooks.list.query({ teamId }))[0]?.offBecause).toBeNull()
  await failingSince(5.1)
  await vi.waitFor(
    async () => expect((await owner.api.eventWebhooks.list.query({ teamId }))[0]?.offBecause).toBe('failing'),
    patient,
  )
  expect(await offEntries(endpoint.id)).toHaveLength(1)
  expect((await deliveriesOf(owner, endpoint)).map(({ state }) => state)).toEqual(['failed'])
  await visit()
  expect(await deliveriesOf(owner, endpoint)).toHaveLength(1)
  await expect(owner.api.eventWebhooks.test.mutate({ id: endpoint.id })).rejects.toThrow('switched off')
  hook.answer = { status: 200 }
  await owner.api.eventWebhooks.update.mutate({ id: endpoint.id, isOn: true })
  await visit()
  await vi.waitFor(async () => expect((await deliveriesOf(owner, endpoint))[0]?.state).toBe('delivered'), patient)
})

test('an endpoint that answers that it is gone is switched off at once', async () => {
  const { owner, teamId } = await team()
  const hook = await receiver()
  hook.answer = { status: 410 }
  const endpoint = await owner.api.eventWebhooks.create.mutate({
    teamId,
    name: 'Gone',
    url: hook.url,
    events: memberEvents,
  })
  await owner.api.eventWebhooks.test.mutate({ id: endpoint.id })
  await vi.waitFor(
    async () => expect((await owner.api.eventWebhooks.list.query({ teamId }))[0]?.offBecause).toBe('gone'),
    patient,
  )
  expect(await deliveriesOf(owner, endpoint)).toMatchObject([
    { event: 'test', state: 'failed', status: 410, attempts: 1 },
  ])
  expect(hook.received).toHaveLength(1)
})

test('a person is told of their own workspaces, and not of a team’s; Slack gets a message', async () => {
  const person = await arc.person()
  const [plain, slack] = await Promise.all([receiver(), receiver()])
  const events: WebhookEventType[] = [
    'workspace.created',
    'workspace.started',
    'workspace.stopped',
    'workspace.deleted',
  ]
  const { secret } = await person.api.eventWebhooks.create.mutate({ name: 'Own', url: plain.url, events })
  await person.api.eventWebhooks.create.mutate({ name: 'Chat', url: slack.url, format: 'slack', events })
  const { id: teamId } = await person.api.teams.create.mutate({ name: `team-${randomUUID().slice(0, 8)}` })
  const name = `own-${randomUUID().slice(0, 8)}`
  const { id } = await person.api.workspaces.create.mutate({ name })
  const ofTeam = await person.api.workspaces.create.mutate({ name: `team-${randomUUID().slice(0, 8)}`, teamId })
  const types = () => plain.received.map((each) => (opened(each, secret) as { readonly type: string }).type)
  await vi.waitFor(() => expect(types()).toContain('workspace.started'), { timeout: 90_000, interval: 100 })
  await person.api.workspaces.remove.mutate({ workspaceId: id })
  await person.api.workspaces.remove.mutate({ workspaceId: ofTeam.id })
  await vi.waitFor(() => expect(types()).toContain('workspace.deleted'), { timeout: 60_000, interval: 100 })
  expect(types().filter((type) => type === 'workspace.created')).toHaveLength(1)
  for (const { body } of plain.received) expect(JSON.parse(body)).toMatchObject({ data: { workspace: { id, name } } })
  await vi.waitFor(() => expect(slack.received.length).toBe(plain.received.length), patient)
  expect(slack.received.map(({ body }) => JSON.parse(body) as unknown)).toContainEqual({
    text: `The workspace ${name} is running.`,
  })
}, 240_000)

test('addresses inside, without TLS elsewhere, and with a password are refused, with the reason', async () => {
  const person = await arc.person()
  const refusal = (url: string) =>
    person.api.eventWebhooks.create.mutate({ name: 'Refused', url, events: memberEvents }).then(
      () => 'taken',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    )
  expect(await refusal('https://10.0.0.1/')).toContain('private address')
  expect(await refusal('https://169.254.169.254/')).toContain('private address')
  expect(await refusal('http://1.1.1.1/')).toContain('https:// alone')
  expect(await refusal('https://a:b@1.1.1.1/')).toContain('password')
  expect(await refusal('https://1.1.1.1/')).toBe('taken')
  expect(await refusal(`https://${'a'.repeat(20)}.invalid/`)).toMatch(/no host|taken/)
})

test('there are ten endpoints at most', async () => {
  const person = await arc.person()
  const create = () =>
    person.api.eventWebhooks.create.mutate({ name: 'One of many', url: 'https://1.1.1.1/', events: memberEvents })
  const made = await Promise.allSettled(Array.from({ length: 12 }, create))
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  expect(await person.api.eventWebhooks.list.query()).toHaveLength(10)
})
