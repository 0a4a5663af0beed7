import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { startMailServer } from '@arcx/testing/mail-server'
import type { MailServer } from '@arcx/testing/mail-server'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { testPort } from '@arcx/testing/port'
import { startWebhookReceiver } from '@arcx/testing/webhook-receiver'

let arc: TestOrchestrator
let plain: TestOrchestrator
let smtp: MailServer
beforeAll(async () => {
  smtp = await startMailServer()
  ;[arc, plain] = await Promise.all([
    startTestOrchestrator({
      ARC_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
      ARC_MAIL_FROM: 'arcx <arcx@example.com>',
      ARC_EVENT_WEBHOOK_EXEMPT: '127.0.0.0/8',
    }),
    startTestOrchestrator(),
  ])
})
afterAll(async () => {
  await Promise.all([arc?.destroy(), plain?.destroy()])
  await smtp?.close()
})

const patient = { timeout: 30_000, interval: 50 }
const address = () => `${randomUUID().slice(0, 8)}@example.org`
const mailsTo = (to: string) => smtp.received.filter((each) => each.to.includes(to))

async function administrator(server = arc): Promise<Person> {
  const person = await server.person()
  await server.prisma.user.update({ where: { id: person.userId }, data: { role: 'admin' } })
  return person
}

/** What was sent, its lines joined again. */
const textOf = (source: string) => source.replaceAll('=\r\n', '').replaceAll('=3D', '=')

async function stateOf(recipient: string) {
  const [row] = await arc.prisma.mailMessage.findMany({ where: { recipient } })
  return row
}

test('an invitation to a team comes by e-mail, with a link by which one person joins', async () => {
  const [owner, guest, second] = await Promise.all([arc.person(), arc.person(), arc.person()])
  const { id: teamId, name } = await owner.api.teams.create.mutate({ name: `team-${randomUUID().slice(0, 8)}` })
  const to = address()
  const { email, maxUses } = await owner.api.teams.invites.create.mutate({ teamId, email: to, maxUses: 5 })
  expect([email, maxUses]).toEqual([to, 1])
  const [mail] = await vi.waitFor(() => {
    const came = mailsTo(to)
    expect(came).toHaveLength(1)
    return came
  }, patient)
  const source = textOf(mail?.source ?? '')
  expect(source).toContain(`invites you to the team ${name}`)
  const code = /\/join\?code=([\w-]+)/.exec(source)?.[1] ?? ''
  expect(source).toContain(`${arc.origin}/join?code=${code}`)
  await guest.api.teams.accept.mutate({ code })
  expect((await owner.api.teams.get.query({ teamId })).members.map(({ userId }) => userId)).toContain(guest.userId)
  await expect(second.api.teams.accept.mutate({ code })).rejects.toThrow('used')
  // What lets somebody in is not kept, and not logged.
  await vi.waitFor(async () => expect(await stateOf(to)).toMatchObject({ state: 'sent', body: null }), patient)
  expect(await arc.log()).not.toContain(code)
})

test('an invitation by login is told of by e-mail, without a link by which anybody else joins', async () => {
  const owner = await arc.person()
  const { id: teamId } = await owner.api.teams.create.mutate({ name: `team-${randomUUID().slice(0, 8)}` })
  const to = address()
  await owner.api.teams.invites.create.mutate({ teamId, email: to, login: 'octocat' })
  await vi.waitFor(() => expect(mailsTo(to)).toHaveLength(1), patient)
  const source = textOf(mailsTo(to)[0]?.source ?? '')
  expect(source).toContain('Sign in as octocat')
  expect(source).not.toContain('/join')
})

test('greylisting: what the server takes later is sent then, once', async () => {
  const admin = await administrator()
  const to = address()
  smtp.refuse = { at: 'recipient', code: 451, words: 'Greylisted, try again' }
  await admin.api.mail.test.mutate({ to })
  await vi.waitFor(async () => expect((await stateOf(to))?.error).toContain('Greylisted'), patient)
  expect(await stateOf(to)).toMatchObject({ state: 'waiting' })
  smtp.refuse = null
  await vi.waitFor(async () => expect((await stateOf(to))?.state).toBe('sent'), patient)
  expect(mailsTo(to)).toHaveLength(1)
})

test('what the server never takes is given up, and seen in the administration', async () => {
  const admin = await administrator()
  const to = address()
  smtp.refuse = { at: 'recipient', code: 550, words: 'No such mailbox' }
  const tries = smtp.tries
  await admin.api.mail.test.mutate({ to })
  await vi.waitFor(async () => expect((await stateOf(to))?.state).toBe('failed'), patient)
  smtp.refuse = null
  expect(smtp.tries - tries).toBe(1)
  const { from, messages } = await admin.api.mail.overview.query()
  expect(from).toBe('arcx@example.com')
  expect(messages.find(({ recipient }) => recipient === to)).toMatchObject({
    state: 'failed',
    attempts: 1,
    error: '550 No such mailbox',
  })
})

test('what was to be sent while the mail server was away and this one was killed is sent afterwards', async () => {
  const port = await testPort()
  const own = await startTestOrchestrator({
    ARC_SMTP_URL: `smtp://127.0.0.1:${port}`,
    ARC_MAIL_FROM: 'arcx@example.com',
  })
  onTestFinished(() => own.destroy())
  const admin = await administrator(own)
  const to = address()
  await admin.api.mail.test.mutate({ to })
  await vi.waitFor(
    async () => expect((await own.prisma.mailMessage.findFirst())?.error).toContain('ECONNREFUSED'),
    patient,
  )
  await own.kill()
  const late = await startMailServer({ port })
  onTestFinished(() => late.close())
  await own.start()
  await vi.waitFor(() => expect(late.received.map((mail) => mail.to)).toEqual([[to]]), {
    timeout: 60_000,
    interval: 100,
  })
})

test('the owner of a team is told that an endpoint was switched off', async () => {
  const owner = await arc.person()
  const to = address()
  await arc.prisma.user.update({ where: { id: owner.userId }, data: { email: to } })
  const { id: teamId, name } = await owner.api.teams.create.mutate({ name: `team-${randomUUID().slice(0, 8)}` })
  const hook = await startWebhookReceiver()
  onTestFinished(() => hook.close())
  hook.answer = { status: 410 }
  const { id } = await owner.api.eventWebhooks.create.mutate({
    teamId,
    name: 'Gone <b>',
    url: hook.url,
    events: ['member.joined'],
  })
  await owner.api.eventWebhooks.test.mutate({ id })
  await vi.waitFor(() => expect(mailsTo(to)).toHaveLength(1), patient)
  const source = textOf(mailsTo(to)[0]?.source ?? '')
  expect(source).toContain(`${arc.origin}/teams/${name}`)
  expect(source).toContain('Gone &lt;b&gt;')
})

test('without a mail server nothing is sent, and an invitation by e-mail is refused with what to do', async () => {
  const admin = await administrator(plain)
  expect(await admin.api.mail.isConfigured.query()).toBe(false)
  expect(await admin.api.mail.overview.query()).toEqual({ from: null, messages: [] })
  await expect(admin.api.mail.test.mutate({ to: address() })).rejects.toThrow('ARC_SMTP_URL')
  const { id: teamId } = await admin.api.teams.create.mutate({ name: `team-${randomUUID().slice(0, 8)}` })
  await expect(admin.api.teams.invites.create.mutate({ teamId, email: address() })).rejects.toThrow('ARC_SMTP_URL')
  expect((await admin.api.teams.get.query({ teamId })).invites).toEqual([])
})
