import type { Database } from '@arcx/prisma'
import { Envelopes } from '@arcx/service-kit/envelopes'
import type { Codes } from '../credentials/codes.ts'
import { apiOf } from '../identity/github.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { GitHubApp } from './app.ts'
import { GitHubAppStore } from './store.ts'

export interface GitHubModuleDependencies {
  readonly database: Database
  readonly unitOfWork: UnitOfWork
  readonly codes: Codes
  /** `former`: what sealed it before, newest first. */
  readonly keys: { readonly current: string; readonly former: readonly string[] }
  readonly publicOrigin: string
  readonly gitHubUrl: string
}

/** Seals what a former key has sealed with the current one first. */
export async function openGitHub({ database, keys, gitHubUrl, ...rest }: GitHubModuleDependencies): Promise<GitHubApp> {
  const app = new GitHubApp({
    ...rest,
    store: new GitHubAppStore(database),
    envelopes: new Envelopes(keys.current, keys.former),
    gitHubUrl,
    apiUrl: apiOf(gitHubUrl),
  })
  await app.renewSeal()
  return app
}
