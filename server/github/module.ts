import type { GitHubAppPort, Administrator } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { Envelopes } from '@arcx/service-kit/envelopes'
import type { Log } from '@arcx/service-kit/log'
import type { Codes } from '../credentials/codes.ts'
import { apiOf } from '../identity/github.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { GitHubApp } from './app.ts'
import { InstallationStore } from './installation-store.ts'
import { Installations } from './installations.ts'
import { repeatFetchingMissed } from './missed-deliveries.ts'
import { GitHubAppStore } from './store.ts'

export interface GitHubModuleDependencies {
  readonly database: Database
  readonly unitOfWork: UnitOfWork
  readonly codes: Codes
  readonly jobs: Jobs
  readonly webhooks: Webhooks
  readonly secrets: Secrets
  /** `former`: what sealed it before, newest first. */
  readonly keys: { readonly current: string; readonly former: readonly string[] }
  readonly publicOrigin: string
  readonly gitHubUrl: string
  readonly log: Log
}

export interface GitHubModule {
  readonly port: GitHubAppPort
  /** The way of an administrator's browser to GitHub and back. */
  readonly setUp: {
    begin(actor: Administrator, organization: string | null): Promise<{ action: string; manifest: string }>
    /** @throws `github_app_failed`. */
    finish(actor: Administrator, code: string, state: string): Promise<void>
  }
  /** By which people sign in; null where there is no App. */
  signIn(): ReturnType<GitHubApp['signIn']>
  /** By which its events are signed. */
  webhookSecrets(): Promise<readonly string[]>
}

/** Seals what a former key has sealed with the current one first. */
export async function openGitHub(dependencies: GitHubModuleDependencies): Promise<GitHubModule> {
  const { database, unitOfWork, codes, jobs, webhooks, secrets, keys, publicOrigin, gitHubUrl, log } = dependencies
  const apiUrl = apiOf(gitHubUrl)
  const app = new GitHubApp({
    store: new GitHubAppStore(database),
    unitOfWork,
    codes,
    envelopes: new Envelopes(keys.current, keys.former),
    publicOrigin,
    gitHubUrl,
    apiUrl,
  })
  await app.renewSeal()
  const store = new InstallationStore(database)
  const installations = new Installations({ app, store, secrets, unitOfWork, jobs, gitHubUrl, apiUrl, log })
  repeatFetchingMissed(jobs, { app, webhooks, apiUrl, log })
  return {
    port: {
      view: () => app.view(),
      remove: (actor) => app.remove(actor, (unit) => installations.disconnectAll(unit)),
      installations: () => installations.list(),
      connect: (actor, id, team) => installations.connect(actor, id, team),
    },
    setUp: {
      begin: (actor, organization) => app.begin(actor, organization),
      finish: (actor, code, state) => app.finish(actor, code, state, (unit) => installations.disconnectAll(unit)),
    },
    signIn: () => app.signIn(),
    webhookSecrets: () => app.webhookSecrets(),
  }
}
