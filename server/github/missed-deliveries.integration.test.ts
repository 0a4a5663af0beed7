import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Envelopes } from '@arcx/service-kit/envelopes'
import { createLog } from '@arcx/service-kit/log'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { startGitHub } from '@arcx/testing/github'
import type { GitHubDouble, SentEvent } from '@arcx/testing/github'
import { openCodes } from '../credentials/module.ts'
import { apiOf } from '../identity/github.ts'
import { Jobs } from '../jobs/jobs.ts'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { WebhookStore } from '../webhooks/store.ts'
import { Webhooks } from '../webhooks/webhooks.ts'
import { GitHubApp } from './app.ts'
import { fetchMissedDeliveries } from './missed-deliveries.ts'
import type { MissedDeliveriesDependencies } from './missed-deliveries.ts'
import { GitHubAppStore } from './store.ts'

const log = createLog('test', 'silent')
const admin = { kind: 'admin', address: '192.0.2.1', requestId: 'test' } as const
const minuteMs = 60_000
let database: TestDatabase
let github: GitHubDouble
let jobs: Jobs
let app: GitHubApp
let webhooks: Webhooks
let dependencies: MissedDeliveriesDependencies

beforeAll(async () => {
  ;[database, github] = await Promise.all([createDatabase(), startGitHub()])
  const unitOfWork = openUnitOfWork(database.prisma, () => undefined)
  jobs = await Jobs.open(database.url, log)
  app = new GitHubApp({
    store: new GitHubAppStore(database.prisma),
    unitOfWork,
    codes: openCodes(database.prisma, jobs),
    envelopes: new Envelopes(randomBytes(32).toString('hex')),
    publicOrigin: 'https://arcx.example',
    gitHubUrl: github.url,
    apiUrl: apiOf(github.url),
  })
  webhooks = new Webhooks({ store: new WebhookStore(database.prisma), unitOfWork, jobs })
  dependencies = { app, webhooks, apiUrl: apiOf(github.url), log }
  await jobs.start()
  const { action, manifest } = await app.begin(admin, null)
  const created = await fetch(action, { method: 'POST', body: new URLSearchParams({ manifest }) })
  const back = new URL(/href="([^"]+)"/.exec(await created.text())?.[1]?.replaceAll('&amp;', '&') ?? '')
  await app.finish(
    admin,
    back.searchParams.get('code') ?? '',
    back.searchParams.get('state') ?? '',
    async () => undefined,
  )
})
afterAll(async () => {
  await jobs?.close()
  await github?.close()
  await database?.drop()
})

let number = 0
const sent = (minutesAgo: number, guid: string = randomUUID()): SentEvent => {
  number += 1
  const deliveredAt = new Date(Date.now() - minutesAgo * minuteMs)
  return { id: number, guid, event: 'push', deliveredAt, payload: { number, text: 'ünïcode' } }
}
const fetchNow = () => fetchMissedDeliveries(dependencies, new AbortController().signal)
const here = async () => (await database.prisma.webhookDelivery.findMany()).map(({ deliveryId }) => deliveryId)

test('what GitHub sent and did not come is fetched, once, over several pages, and no further back than before', async () => {
  const came = randomUUID()
  await webhooks.receive({ source: 'github', deliveryId: came, event: 'push', body: '{}' })
  const late = Array.from({ length: 230 }, (_, index) => sent(index / 100))
  const again = sent(3, late[0]?.guid)
  const old = Array.from({ length: 30 }, () => sent(60))
  github.sent.push(sent(0, came), ...late, again, ...old)
  await fetchNow()
  expect(new Set(await here())).toEqual(new Set([came, ...late.map(({ guid }) => guid)]))
  const [first] = late
  const row = await database.prisma.webhookDelivery.findFirst({ where: { deliveryId: first?.guid ?? '' } })
  expect(JSON.parse(Buffer.from(row?.body ?? []).toString())).toEqual(first?.payload)

  await fetchNow()
  expect(await here()).toHaveLength(231)
})

test('where GitHub does not answer, the next time begins where this one did', async () => {
  const before = await app.fetchedTo()
  const missed = sent(0)
  github.sent.unshift(missed)
  await expect(
    fetchMissedDeliveries({ ...dependencies, apiUrl: 'http://127.0.0.1:1' }, new AbortController().signal),
  ).rejects.toThrow()
  expect(await app.fetchedTo()).toEqual(before)
  await fetchNow()
  expect(await here()).toContain(missed.guid)
})
