import { z } from 'zod'
import { errors } from '@arcx/router'
import type { Administrator, GitHubAppView } from '@arcx/router'
import type { Envelopes } from '@arcx/service-kit/envelopes'
import type { Codes } from '../credentials/codes.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { MadeApp, manifestOf } from './manifest.ts'
import type { GitHubAppStore } from './store.ts'

const minutesAtGitHub = 30
const timeoutMs = 10_000
const sealedAs = 'github app'

/** Who began to make the App, and alone may end it. */
const Claims = z.object({ begunBy: z.string() })
const Sealed = z.object({ clientSecret: z.string(), webhookSecret: z.string().nullable(), privateKey: z.string() })

/** An App with what proves that one is it. */
export interface GitHubAppCredentials extends z.infer<typeof Sealed> {
  readonly id: number
  readonly clientId: string
}

export interface GitHubAppDependencies {
  readonly store: GitHubAppStore
  readonly unitOfWork: UnitOfWork
  readonly codes: Codes
  readonly envelopes: Envelopes
  readonly publicOrigin: string
  /** `https://github.com`, or a GitHub Enterprise server's. */
  readonly gitHubUrl: string
  /** Where its API answers. */
  readonly apiUrl: string
}

/** What must go with an App, within the unit in which it goes. */
type OnGone = (unit: Unit) => Promise<void>

/** The GitHub App of this server: made at GitHub from a manifest, kept sealed, and asked for by what acts as it. */
export class GitHubApp {
  readonly #dependencies: GitHubAppDependencies

  constructor(dependencies: GitHubAppDependencies) {
    this.#dependencies = dependencies
  }

  async view(): Promise<GitHubAppView | null> {
    const row = await this.#dependencies.store.get()
    if (row === null) return null
    const { id, slug, name, ownerLogin, url, createdAt } = row
    return {
      id,
      name,
      ownerLogin,
      url,
      installUrl: `${this.#dependencies.gitHubUrl}/apps/${encodeURIComponent(slug)}/installations/new`,
      createdAt: createdAt.toISOString(),
    }
  }

  /** What a browser posts to GitHub, and where to. `organization`: whose App it becomes; the person's own where it is null. */
  async begin(
    actor: Administrator,
    organization: string | null,
  ): Promise<{ readonly action: string; readonly manifest: string }> {
    const { codes, gitHubUrl, publicOrigin } = this.#dependencies
    const state = await codes.issue('github-app', { begunBy: nameOf(actor) }, minutesAtGitHub * 60)
    const account = organization === null ? '' : `organizations/${encodeURIComponent(organization)}/`
    return {
      action: `${gitHubUrl}/${account}settings/apps/new?${new URLSearchParams({ state })}`,
      manifest: JSON.stringify(manifestOf(publicOrigin)),
    }
  }

  /** Takes over what GitHub has made. @throws `github_app_failed`. */
  async finish(actor: Administrator, code: string, state: string, onGone: OnGone): Promise<void> {
    const { codes, store, envelopes, unitOfWork } = this.#dependencies
    const claims = await codes.redeem('github-app', state, Claims)
    // Somebody else's App would be handed to an administrator who follows a link.
    if (claims === null || claims.begunBy !== nameOf(actor))
      throw errors.gitHubAppFailed('This way was used already, has expired, or was begun by somebody else.')
    const made = await this.#exchange(code)
    const sealed: z.infer<typeof Sealed> = {
      clientSecret: made.client_secret,
      webhookSecret: made.webhook_secret,
      privateKey: made.pem,
    }
    await unitOfWork(actor, async (unit) => {
      await onGone(unit)
      await store.replace(unit, {
        id: made.id,
        slug: made.slug,
        name: made.name,
        ownerLogin: made.owner.login,
        url: made.html_url,
        clientId: made.client_id,
        sealed: envelopes.seal(JSON.stringify(sealed), sealedAs),
      })
      unit.record({ action: 'github-app.set', target: { kind: 'github-app', id: String(made.id), name: made.name } })
    })
  }

  /** Forgets it here; at GitHub it stays. @throws `github_app_missing`. */
  async remove(actor: Administrator, onGone: OnGone): Promise<void> {
    const { store, unitOfWork } = this.#dependencies
    await unitOfWork(actor, async (unit) => {
      const removed = await store.remove(unit)
      if (removed === null) throw errors.gitHubAppMissing()
      await onGone(unit)
      unit.record({
        action: 'github-app.remove',
        target: { kind: 'github-app', id: String(removed.id), name: removed.name },
      })
    })
  }

  /** Null where there is none, or no key that is known opens it. */
  async credentials(): Promise<GitHubAppCredentials | null> {
    const row = await this.#dependencies.store.get()
    const text = row === null ? null : this.#dependencies.envelopes.open(row.sealed, sealedAs)
    if (row === null || text === null) return null
    return { id: row.id, clientId: row.clientId, ...Sealed.parse(JSON.parse(text)) }
  }

  /** Until when what GitHub sent is here; null where there is no App. */
  async fetchedTo(): Promise<Date | null> {
    return (await this.#dependencies.store.get())?.fetchedTo ?? null
  }

  setFetchedTo(id: number, at: Date): Promise<void> {
    return this.#dependencies.store.setFetchedTo(id, at)
  }

  /** By which people sign in; null where there is no App. */
  async signIn(): Promise<{ readonly clientId: string; readonly clientSecret: string; readonly url: string } | null> {
    const credentials = await this.credentials()
    if (credentials === null) return null
    const { clientId, clientSecret } = credentials
    return { clientId, clientSecret, url: this.#dependencies.gitHubUrl }
  }

  /** By which its events are signed. */
  async webhookSecrets(): Promise<readonly string[]> {
    const secret = (await this.credentials())?.webhookSecret ?? null
    return secret === null ? [] : [secret]
  }

  /** Seals it under the current key, where a former one did. */
  async renewSeal(): Promise<void> {
    const { store, envelopes } = this.#dependencies
    const row = await store.get()
    if (row === null || envelopes.isCurrent(row.sealed)) return
    const again = envelopes.renew(row.sealed, sealedAs)
    if (again !== null) await store.sealAgain(row.id, row.sealed, again)
  }

  async #exchange(code: string): Promise<MadeApp> {
    try {
      const response = await fetch(
        `${this.#dependencies.apiUrl}/app-manifests/${encodeURIComponent(code)}/conversions`,
        {
          method: 'POST',
          headers: {
            accept: 'application/vnd.github+json',
            'user-agent': 'arcx',
            'x-github-api-version': '2022-11-28',
          },
          signal: AbortSignal.timeout(timeoutMs),
          redirect: 'error',
        },
      )
      if (!response.ok) throw new Error(`status ${response.status}`)
      return MadeApp.parse(await response.json())
    } catch {
      // The answer holds keys: nothing of it goes into an error.
      throw errors.gitHubAppFailed('GitHub did not hand over the App. It gives it once, and within an hour.')
    }
  }
}

const nameOf = (actor: Administrator): string => (actor.kind === 'user' ? actor.userId : 'admin token')
