import { z } from 'zod'
import type { Log } from '@arcx/service-kit/log'
import type { JobKind } from '../jobs/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { GitHubHeaders } from '../webhooks/delivery.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { GitHubAppApi } from './api.ts'
import type { GitHubApp } from './app.ts'

/** GitHub keeps what it sent for three days. */
const keptMs = 3 * 24 * 3600 * 1000
/** What was sent at the end of the last time may have been on its way. */
const overlapMs = 10 * 60_000
const mostPages = 100

const fetchMissed: JobKind<Record<string, never>> = {
  name: 'github.fetch-missed',
  input: z.strictObject({}),
  keyOf: () => 'all',
  // The next hour's goes on where this one ended.
  attempts: 5,
}

export interface MissedDeliveriesDependencies {
  readonly app: Pick<GitHubApp, 'credentials' | 'fetchedTo' | 'setFetchedTo'>
  readonly webhooks: Pick<Webhooks, 'missing' | 'receive'>
  readonly apiUrl: string
  readonly log: Log
}

/**
 * GitHub does not send an event again that did not come. Each hour its list of what it sent is held against what came,
 * and what is missing is fetched.
 * https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
 */
export function repeatFetchingMissed(jobs: Jobs, dependencies: MissedDeliveriesDependencies): void {
  jobs.repeat('23 * * * *', fetchMissed, (_input, { signal }) => fetchMissedDeliveries(dependencies, signal))
}

/** @throws where GitHub does not answer as it should; the next time begins where this one did. */
export async function fetchMissedDeliveries(
  { app, webhooks, apiUrl, log }: MissedDeliveriesDependencies,
  signal: AbortSignal,
): Promise<void> {
  const [credentials, fetchedTo] = [await app.credentials(), await app.fetchedTo()]
  if (credentials === null || fetchedTo === null) return
  const api = new GitHubAppApi(credentials, apiUrl)
  const begun = new Date()
  const from = Math.max(fetchedTo.getTime() - overlapMs, begun.getTime() - keptMs)
  let [fetched, pages] = [0, 0]
  let isWhole = true
  for await (const page of api.sentDeliveries(signal)) {
    pages += 1
    const lately = page.filter((sent) => sent.delivered_at.getTime() >= from)
    const ids = new Map(lately.map(({ guid, id }) => [guid, id]))
    for (const guid of await webhooks.missing('github', [...ids.keys()])) {
      signal.throwIfAborted()
      try {
        const { event, payload } = await api.sentDelivery(ids.get(guid) ?? 0, signal)
        GitHubHeaders.parse({ 'x-github-delivery': guid, 'x-github-event': event })
        const delivery = { source: 'github', deliveryId: guid, event, body: JSON.stringify(payload) } as const
        if ((await webhooks.receive(delivery)) === 'accepted') fetched += 1
      } catch (error) {
        // One that cannot be had must not keep those before it away; it is tried again the next time.
        isWhole = false
        log.warn({ err: error, guid }, 'an event of GitHub that had not come could not be fetched')
      }
    }
    if (lately.length < page.length) break
    if (pages === mostPages) {
      isWhole = false
      log.warn({ pages }, 'GitHub has sent more events than are looked through at once')
      break
    }
  }
  if (isWhole) await app.setFetchedTo(credentials.id, begun)
  if (fetched > 0) log.info({ fetched }, 'fetched events of GitHub that had not come')
}
