import { createAppAuth } from '@octokit/auth-app'
import { request } from '@octokit/request'
import { z } from 'zod'
import type { GitHubAppCredentials } from './app.ts'

const timeoutMs = 10_000
const perPage = 100

/** https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook */
const Sent = z.object({ id: z.int().positive(), guid: z.string(), delivered_at: z.coerce.date() })
/** `payload` is what was sent, parsed. */
const SentWhole = z.object({
  guid: z.string(),
  event: z.string(),
  request: z.object({ payload: z.record(z.string(), z.unknown()) }),
})

/** https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app */
const Installation = z.object({
  id: z.int().positive(),
  account: z.object({ login: z.string() }).nullable(),
  repository_selection: z.enum(['all', 'selected']),
  suspended_at: z.string().nullable(),
})

export interface GitHubInstallation {
  readonly id: number
  readonly account: string
  readonly repositories: 'all' | 'selected'
  readonly isSuspended: boolean
}

/** An event that GitHub has sent, or tried to. One that was sent again has the same `guid`. */
export type SentDelivery = z.infer<typeof Sent>

/** GitHub's API, asked as the App itself. */
export class GitHubAppApi {
  readonly #request: typeof request
  readonly #auth: ReturnType<typeof createAppAuth>

  constructor({ id, privateKey }: GitHubAppCredentials, apiUrl: string) {
    const plain = request.defaults({
      baseUrl: apiUrl,
      headers: { 'user-agent': 'arcx' },
      request: { redirect: 'error', fetch: fetchInTime },
    })
    this.#auth = createAppAuth({ appId: id, privateKey, request: plain })
    this.#request = plain.defaults({ request: { hook: this.#auth.hook } })
  }

  /** The first hundred. */
  async installations(): Promise<readonly GitHubInstallation[]> {
    const { data } = await this.#request('GET /app/installations', {
      per_page: perPage,
    })
    return z
      .array(Installation)
      .parse(data)
      .map(({ id, account, repository_selection: repositories, suspended_at }) => ({
        id,
        account: account?.login ?? String(id),
        repositories,
        isSuspended: suspended_at !== null,
      }))
  }

  /** A new one, for an hour, for what the installation may. */
  async installationToken(installationId: number): Promise<string> {
    const { token } = await this.#auth({ type: 'installation', installationId, refresh: true })
    return token
  }

  /** What was sent, newest first, a page at a time. @throws when GitHub does not answer as it should. */
  async *sentDeliveries(signal: AbortSignal): AsyncGenerator<readonly SentDelivery[]> {
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer: Awaited<ReturnType<typeof request>> = await this.#request('GET /app/hook/deliveries', {
        per_page: perPage,
        ...(cursor === '' ? {} : { cursor }),
        request: { signal },
      })
      yield z.array(Sent).parse(answer.data)
      cursor = nextCursor(answer.headers.link)
    }
  }

  async sentDelivery(id: number, signal: AbortSignal): Promise<{ guid: string; event: string; payload: object }> {
    const { data } = await this.#request('GET /app/hook/deliveries/{id}', {
      id,
      request: { signal },
    })
    const { guid, event, request: sent } = SentWhole.parse(data)
    return { guid, event, payload: sent.payload }
  }
}

/** Also what the library asks by itself, such as for a token, ends in time. */
const fetchInTime: typeof fetch = (input, init) => {
  const inTime = AbortSignal.timeout(timeoutMs)
  const { signal } = init ?? {}
  return fetch(input, { ...init, signal: signal instanceof AbortSignal ? AbortSignal.any([signal, inTime]) : inTime })
}

/** Of the page after, by the `Link` header (RFC 8288); null on the last. */
function nextCursor(link: string | undefined): string | null {
  const next = /<([^>]*)>;\s*rel="next"/.exec(link ?? '')?.[1]
  return next === undefined || !URL.canParse(next) ? null : new URL(next).searchParams.get('cursor')
}
