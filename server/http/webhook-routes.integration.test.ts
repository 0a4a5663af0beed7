import { createHmac, randomUUID } from 'node:crypto'
import { Stripe } from 'stripe'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'

const secrets = {
  github: 'github-secret-of-this-test-0123456789abcdef',
  githubFormer: 'github-former-of-this-test-0123456789abcdef',
  stripe: 'whsec_of_this_test_0123456789abcdef0123456789',
}
let arc: TestOrchestrator
let plain: TestOrchestrator
beforeAll(async () => {
  ;[arc, plain] = await Promise.all([
    startTestOrchestrator({
      ARC_GITHUB_WEBHOOK_SECRET: secrets.github,
      ARC_GITHUB_WEBHOOK_SECRET_FORMER: secrets.githubFormer,
      ARC_STRIPE_WEBHOOK_SECRET: secrets.stripe,
    }),
    startTestOrchestrator(),
  ])
})
afterAll(() => Promise.all([arc?.destroy(), plain?.destroy()]))

const signature = (body: string | Buffer, secret: string) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

const fromGitHub = (
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  server: TestOrchestrator = arc,
) =>
  server.send('/webhooks/github', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'ping',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': signature(body, secrets.github),
      ...headers,
    },
    body,
  })

const outcomesOf = async (deliveryId: string) =>
  (await arc.prisma.webhookDelivery.findMany({ where: { deliveryId } })).map(({ outcome }) => outcome)

test('an event that GitHub has signed is stored before it is acknowledged, and its outcome noted; sent again it is the same', async () => {
  const deliveryId = randomUUID()
  const body = '{"zen":"Keep it logically awesome."}'
  const answer = await fromGitHub(body, { 'x-github-delivery': deliveryId })
  expect([answer.status, JSON.parse(answer.body)]).toEqual([202, { delivery: deliveryId, outcome: 'accepted' }])
  const [row] = await arc.prisma.webhookDelivery.findMany({ where: { deliveryId } })
  expect(row).toMatchObject({ source: 'github', event: 'ping' })
  expect(Buffer.from(row?.body ?? []).toString()).toBe(body)
  await vi.waitFor(async () => expect(await outcomesOf(deliveryId)).toEqual(['ignored']), { timeout: 20_000 })
  const again = await fromGitHub(body, { 'x-github-delivery': deliveryId })
  expect([again.status, JSON.parse(again.body).outcome]).toEqual([202, 'repeated'])
  expect(await outcomesOf(deliveryId)).toEqual(['ignored'])
})

test('while a secret is being changed both are good', async () => {
  const body = '{}'
  for (const secret of [secrets.github, secrets.githubFormer])
    expect((await fromGitHub(body, { 'x-hub-signature-256': signature(body, secret) })).status).toBe(202)
})

test('what is tampered with, unsigned, malformed or too large is refused, and nothing of it is stored', async () => {
  const before = await arc.prisma.webhookDelivery.count()
  const body = '{"a":1}'
  const bytes = Buffer.from([0x7b, 0xff, 0x7d])
  const refused = async (answer: Promise<{ readonly status: number; readonly body: string }>) => {
    const { status, body: text } = await answer
    return [status, JSON.parse(text).error.code]
  }
  expect(await refused(fromGitHub(body, { 'x-hub-signature-256': signature('{"a":2}', secrets.github) }))).toEqual([
    401,
    'signature_wrong',
  ])
  expect(await refused(fromGitHub(body, { 'x-hub-signature-256': '' }))).toEqual([401, 'signature_wrong'])
  // Before anything of the body is read.
  expect(await refused(fromGitHub('', { 'x-hub-signature-256': '', 'content-length': String(20 * 2 ** 20) }))).toEqual([
    401,
    'signature_wrong',
  ])
  expect(await refused(fromGitHub('no json'))).toEqual([400, 'webhook_malformed'])
  expect(await refused(fromGitHub(bytes))).toEqual([400, 'webhook_malformed'])
  expect(await refused(fromGitHub(body, { 'x-github-delivery': '../x' }))).toEqual([400, 'webhook_malformed'])
  expect(await refused(fromGitHub(body, { 'x-github-event': 'x'.repeat(101) }))).toEqual([400, 'webhook_malformed'])
  // Refused by what it says of itself: of what is still on its way, the connection’s end would be told first.
  expect((await fromGitHub('', { 'content-length': String(25 * 2 ** 20 + 1) })).status).toBe(413)
  expect(await arc.prisma.webhookDelivery.count()).toBe(before)
})

test('an event of Stripe’s is taken by its signature, and not when it is old', async () => {
  const send = (id: string, ageSeconds: number) => {
    const payload = JSON.stringify({ id, type: 'invoice.paid' })
    const timestamp = Math.floor(Date.now() / 1000) - ageSeconds
    const header = Stripe.webhooks.generateTestHeaderString({ payload, secret: secrets.stripe, timestamp } as never)
    return arc.send('/webhooks/stripe', {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': header },
      body: payload,
    })
  }
  expect((await send('evt_new', 0)).status).toBe(202)
  expect(await arc.prisma.webhookDelivery.findMany({ where: { deliveryId: 'evt_new' } })).toMatchObject([
    { source: 'stripe', event: 'invoice.paid' },
  ])
  expect((await send('evt_old', 3600)).status).toBe(401)
})

test('a server without a secret says which one to set', async () => {
  const answer = await fromGitHub('{}', {}, plain)
  expect([answer.status, JSON.parse(answer.body).error]).toMatchObject([
    404,
    { code: 'webhooks_not_configured', message: expect.stringContaining('ARC_GITHUB_WEBHOOK_SECRET') },
  ])
})

test('of a burst of 1,000 deliveries none is lost, and all are handled', async () => {
  const ids = Array.from({ length: 1000 }, () => randomUUID())
  const left = [...ids]
  const one = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const answer = await fromGitHub(JSON.stringify({ id }), { 'x-github-delivery': id, 'x-github-event': 'burst' })
      expect(answer.status).toBe(202)
    }
  }
  await Promise.all(Array.from({ length: 50 }, one))
  expect(await arc.prisma.webhookDelivery.count({ where: { event: 'burst' } })).toBe(1000)
  await vi.waitFor(
    async () =>
      expect(await arc.prisma.webhookDelivery.count({ where: { event: 'burst', outcome: 'ignored' } })).toBe(1000),
    { timeout: 150_000, interval: 250 },
  )
}, 240_000)
