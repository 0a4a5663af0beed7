import { findCredentials } from './detector.ts'
import type { Finding } from './detector.ts'

/**
 * Where keys of kinds that are known by their form belong, as their issuers' documentation has it. Kinds that servers of
 * anybody's take, GitLab's tokens for one, are not here.
 */
const homes: Readonly<Record<string, readonly string[]>> = {
  'anthropic-admin-api-key': ['*.anthropic.com'],
  'anthropic-api-key': ['*.anthropic.com'],
  'digitalocean-pat': ['*.digitalocean.com'],
  'gcp-api-key': ['*.googleapis.com', '*.google.com'],
  'github-app-token': ['github.com', '*.github.com', '*.githubusercontent.com', '*.githubcopilot.com', 'ghcr.io'],
  'github-fine-grained-pat': [
    'github.com',
    '*.github.com',
    '*.githubusercontent.com',
    '*.githubcopilot.com',
    'ghcr.io',
  ],
  'github-oauth': ['github.com', '*.github.com', '*.githubusercontent.com', '*.githubcopilot.com', 'ghcr.io'],
  'github-pat': ['github.com', '*.github.com', '*.githubusercontent.com', '*.githubcopilot.com', 'ghcr.io'],
  'huggingface-access-token': ['huggingface.co', '*.huggingface.co', 'hf.co', '*.hf.co', '*.hf.space'],
  'linear-api-key': ['*.linear.app'],
  'notion-api-token': ['*.notion.com'],
  'npm-access-token': ['registry.npmjs.org', '*.npmjs.org', '*.npmjs.com'],
  'openai-api-key': ['*.openai.com'],
  'perplexity-api-key': ['*.perplexity.ai'],
  'pypi-upload-token': ['upload.pypi.org', 'pypi.org'],
  'sendgrid-api-token': ['*.sendgrid.com'],
  'slack-app-token': ['slack.com', '*.slack.com'],
  'slack-bot-token': ['slack.com', '*.slack.com'],
  'slack-user-token': ['slack.com', '*.slack.com'],
  'stripe-access-token': ['*.stripe.com'],
}

/** What they begin with: without one of these there is none, which is told many times faster. */
const beginnings =
  /sk-ant-|dop_v1_|AIza|gh[oprsu]_|github_pat_|hf_|lin_api_|ntn_|npm_|T3BlbkFJ|pplx-|pypi-AgE|SG\.|xapp-|xoxb-|xox[pe]-|[sr]k_(?:live|test|prod)_/i

export interface Homed extends Finding {
  /** Host names, or `*.` and a suffix. */
  readonly hosts: readonly string[]
}

/** Keys whose issuers are known, with the hosts that they belong to. */
export function findHomed(text: string): readonly Homed[] {
  if (!beginnings.test(text)) return []
  return findCredentials(text).flatMap((finding) => {
    const hosts = Object.hasOwn(homes, finding.rule) ? homes[finding.rule] : undefined
    return hosts === undefined ? [] : [{ ...finding, hosts }]
  })
}
