import type { Browser, Page } from 'playwright-core'
import { gitHubPerson, startGitHub } from '@arcx/testing/github'
import type { GitHubDouble } from '@arcx/testing/github'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import { openBrowser } from './browser.ts'

/** A server where people sign in by GitHub, and a browser to do it in. */
export interface WithGitHub {
  readonly github: GitHubDouble
  readonly arc: TestOrchestrator
  readonly browser: Browser
  /** From the sign-in page through GitHub's, as somebody who is signed in there. */
  signIn(page: Page, id: number, login: string): Promise<void>
  close(): Promise<void>
}

export async function startWithGitHub(overrides: Readonly<Record<string, string>> = {}): Promise<WithGitHub> {
  const [github, browser] = await Promise.all([startGitHub(), openBrowser()])
  const arc = await startTestOrchestrator({
    GITHUB_CLIENT_ID: github.clientId,
    GITHUB_CLIENT_SECRET: github.clientSecret,
    GITHUB_URL: github.url,
    ...overrides,
  }).catch(async (error: unknown) => {
    await Promise.all([browser.close(), github.close()])
    throw error
  })
  return {
    github,
    arc,
    browser,
    async signIn(page, id, login) {
      github.person = gitHubPerson(id, login)
      await page.getByRole('link', { name: 'Continue with GitHub' }).click()
      await page.getByText(`Signed in as ${login}`).waitFor()
      await page.getByRole('link', { name: 'Authorize' }).click()
    },
    async close() {
      await browser.close()
      await arc.destroy()
      await github.close()
    },
  }
}
