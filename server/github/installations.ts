import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { errors } from '@arcx/router'
import type { Administrator, GitHubInstallationView } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { JobKind } from '../jobs/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { GitHubAppApi } from './api.ts'
import type { GitHubApp } from './app.ts'
import type { InstallationStore } from './installation-store.ts'

const service = { kind: 'service', service: 'github' } as const
/** The variable in which the team's workspaces find its placeholder, as GitHub's own programs look for it. */
const secretName = 'GITHUB_TOKEN'

const renewTokens: JobKind<Record<string, never>> = {
  name: 'github.renew-tokens',
  input: z.strictObject({}),
  keyOf: () => 'all',
  attempts: 3,
}

/** Each one's own: one that is dropped because another runs might be about another team. */
const renewToken: JobKind<{ id: number; connection: string }> = {
  name: 'github.renew-token',
  input: z.object({ id: z.int().positive(), connection: z.uuid() }),
  keyOf: ({ connection }) => connection,
  attempts: 10,
}

export interface InstallationsDependencies {
  readonly app: GitHubApp
  readonly store: InstallationStore
  readonly secrets: Pick<Secrets, 'manage' | 'unmanage'>
  readonly unitOfWork: UnitOfWork
  readonly jobs: Jobs
  /** Where GitHub's repositories and its API answer. */
  readonly gitHubUrl: string
  readonly apiUrl: string
  readonly log: Log
}

/**
 * Where the App is installed, and for which team. A team's workspaces reach the repositories of its installation by a
 * secret whose value the server renews before it ends, so that they see a placeholder and no token.
 */
export class Installations {
  readonly #dependencies: InstallationsDependencies

  constructor(dependencies: InstallationsDependencies) {
    this.#dependencies = dependencies
    // A token lasts an hour.
    dependencies.jobs.repeat('*/20 * * * *', renewTokens, (_input, { signal }) => this.#renewTokens(signal))
    dependencies.jobs.handle(renewToken, ({ id }) => this.#renewToken(id))
  }

  /** @throws `github_app_missing`, `github_unavailable`. */
  async list(): Promise<readonly GitHubInstallationView[]> {
    const [there, connected] = [await this.#installed(), await this.#dependencies.store.all()]
    return there.map(({ id, account, repositories, isSuspended }) => ({
      id,
      account,
      repositories,
      isSuspended,
      team: connected.find((each) => each.id === id)?.teamName ?? null,
    }))
  }

  /** Gives an installation to a team, in place of whose it was; to none where `team` is null. @throws `team_not_found`, `github_installation_missing`. */
  async connect(actor: Administrator, id: number, team: string | null): Promise<void> {
    const { store, unitOfWork, jobs } = this.#dependencies
    const found = (await this.#installed()).find((each) => each.id === id)
    if (found === undefined) throw errors.gitHubInstallationMissing()
    const name = team === null ? found.account : `${found.account} for ${team}`
    const target = { kind: 'github-installation', id: String(id), name }
    await unitOfWork(actor, async (unit) => {
      const teamId = team === null ? null : await store.teamCalled(unit, team)
      if (team !== null && teamId === null) throw errors.teamNotFound()
      await this.#disconnect(unit, { id })
      if (teamId === null) return unit.record({ action: 'github-installation.disconnect', target })
      await this.#disconnect(unit, { teamId })
      await store.connect(unit, id, found.account, teamId)
      unit.record({ action: 'github-installation.connect', target })
      await jobs.enqueue(unit, renewToken, { id, connection: randomUUID() })
    })
  }

  /** Once the App is gone or another one. */
  async disconnectAll(unit: Unit): Promise<void> {
    await this.#disconnect(unit, 'all')
  }

  async #renewTokens(signal: AbortSignal): Promise<void> {
    const { store, log } = this.#dependencies
    for (const { id, account } of await store.all()) {
      signal.throwIfAborted()
      // One that was suspended must not keep the others from theirs.
      await this.#renewToken(id).catch((error: unknown) =>
        log.warn({ err: error, installation: id, account }, 'a token of a GitHub installation could not be renewed'),
      )
    }
  }

  async #renewToken(id: number): Promise<void> {
    const { app, store, secrets, unitOfWork, gitHubUrl, apiUrl } = this.#dependencies
    const credentials = await app.credentials()
    if (credentials === null) return
    const value = await new GitHubAppApi(credentials, apiUrl).installationToken(id)
    const hosts = [...new Set([new URL(gitHubUrl).hostname, new URL(apiUrl).hostname])]
    await unitOfWork(service, async (unit) => {
      // It may have gone to another team meanwhile.
      const teamId = await store.hold(unit, id)
      if (teamId === null) return
      await secrets.manage(unit, teamId, { name: secretName, value, hosts, places: ['header', 'basic'] })
    })
  }

  async #disconnect(unit: Unit, which: Parameters<InstallationStore['disconnect']>[1]): Promise<void> {
    const { store, secrets } = this.#dependencies
    for (const teamId of await store.disconnect(unit, which)) await secrets.unmanage(unit, teamId)
  }

  async #installed() {
    const credentials = await this.#dependencies.app.credentials()
    if (credentials === null) throw errors.gitHubAppMissing()
    try {
      return await new GitHubAppApi(credentials, this.#dependencies.apiUrl).installations()
    } catch (error) {
      throw errors.gitHubUnavailable(error)
    }
  }
}
