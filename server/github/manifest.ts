import { z } from 'zod'

/** Longest name that GitHub takes. */
const longestName = 34

/**
 * What the App of this server is and may, as GitHub's manifest flow takes it.
 * https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export function manifestOf(publicOrigin: string): object {
  const { host, hostname } = new URL(publicOrigin)
  return {
    name: `arcx ${host}`.slice(0, longestName),
    url: publicOrigin,
    hook_attributes: {
      url: `${publicOrigin}/webhooks/github`,
      // GitHub refuses an address that it cannot reach.
      active: !isOnThisMachine(hostname),
    },
    redirect_url: `${publicOrigin}/github/app/created`,
    callback_urls: [`${publicOrigin}/auth/callback`],
    description: 'Sign-in, repositories, events and commit statuses for arcx.',
    public: false,
    default_permissions: {
      contents: 'write',
      emails: 'read',
      issues: 'write',
      metadata: 'read',
      pull_requests: 'write',
      statuses: 'write',
    },
    default_events: ['push', 'pull_request', 'issues', 'issue_comment'],
  }
}

export const isOnThisMachine = (hostname: string): boolean =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1' || hostname === '[::1]'

/** What GitHub answers once the App has been made. */
export const MadeApp = z.object({
  id: z.int().positive(),
  slug: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  owner: z.object({ login: z.string().min(1).max(200) }),
  html_url: z.url({ protocol: /^https?$/ }),
  client_id: z.string().min(1).max(200),
  client_secret: z.string().min(1).max(500),
  webhook_secret: z.string().min(1).max(500).nullable(),
  pem: z.string().startsWith('-----BEGIN').max(20_000),
})
export type MadeApp = z.infer<typeof MadeApp>
