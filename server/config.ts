import { availableParallelism } from 'node:os'
import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { ConfigError, formerKeys, networks, parseConfig, port, token, wholeNumber } from '@arcx/service-kit/config'
import { billingEnvironment, billingOf } from './billing/settings.ts'
import type { BillingSettings } from './billing/settings.ts'
import { mailSettings } from './mail/settings.ts'
import type { MailSettings } from './mail/settings.ts'
import { dockerSettings } from './runtime/docker/settings.ts'

const loopback = new Set(['127.0.0.1', '::1', 'localhost'])
const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/

/** What the orchestrator takes from its environment. Descriptions complete the sentence “it takes …”. */
export const OrchestratorSettings = z.object({
  ARC_DATA_DIR: z.string().refine(isAbsolute).describe('an absolute path'),
  ARC_DEPLOYMENT: z
    .string()
    .regex(/^[a-z0-9-]{4,40}$/)
    .describe('4 to 40 of a–z, 0–9 and hyphen'),
  ARC_ADMIN_TOKEN: token(),
  ARC_INTERNAL_TOKEN: token(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//)
    .describe('a postgresql:// URL'),
  NATS_URL: z
    .string()
    .regex(/^(nats|tls):\/\//)
    .describe('a nats:// URL'),
  ...dockerSettings,
  ARC_LISTEN: z.string().min(1).default('127.0.0.1').describe('an address to listen on'),
  ARC_PORT: port().default(3000),
  ARC_CONNECTIONS: wholeNumber(10, 1_000_000, 'a number of connections').default(10_000),
  ARC_CONNECTIONS_PER_ADDRESS: wholeNumber(10, 1_000_000, 'a number of connections').default(2000),
  ARC_TRUSTED_PROXIES: networks().optional(),
  ARC_DOMAIN: z
    .string()
    .regex(hostName)
    .default('localhost')
    .describe('a host name in lower case, such as arcx.example.com'),
  ARC_WORKSPACE_DOMAIN: z.string().regex(hostName).optional().describe('a host name in lower case'),
  ARC_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('the http:// or https:// URL that browsers use'),
  ARC_EGRESS: z.enum(['none', 'proxy', 'open']).default('none').describe('none, proxy or open'),
  ARC_PROXY_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:3002')
    .describe('the URL of arc-proxy'),
  ARC_COLLAB_URL: z
    .url({ protocol: /^wss?$/ })
    .default('ws://localhost:3001')
    .describe('the ws:// or wss:// URL at which programs reach team-state'),
  ARC_SECRETS_KEY: token(),
  ARC_SECRETS_KEY_FORMER: formerKeys(),
  ARC_EDGE: z.enum(['gateway', 'traefik']).default('gateway').describe('gateway or traefik'),
  ARC_IDLE_TIMEOUT_SECONDS: wholeNumber(0, 30 * 24 * 3600, 'a number of seconds, 0 for never').default(1800),
  ARC_WORKSPACE_MEMORY_BYTES: wholeNumber(512 * 2 ** 20, 2 ** 44, 'a number of bytes').default(8 * 2 ** 30),
  ARC_WORKSPACE_CPU_CORES: wholeNumber(1, 256, 'a number of cores').default(4),
  ARC_WORKSPACE_DISK_BYTES: wholeNumber(0, 2 ** 46, 'a number of bytes, 0 for no limit').default(20 * 2 ** 30),
  ARC_DISK_RESERVE_BYTES: wholeNumber(0, 2 ** 44, 'a number of bytes').default(2 * 2 ** 30),
  ARC_WORKSPACE_PIDS: wholeNumber(64, 100_000, 'a number of processes').default(512),
  ARC_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('debug, info, warn or error'),
  ARC_SIGNUP_MODE: z.enum(['invite', 'open', 'stripe']).default('invite').describe('invite, open or stripe'),
  ARC_GITHUB_WEBHOOK_SECRET: token().optional(),
  ARC_GITHUB_WEBHOOK_SECRET_FORMER: token().optional(),
  ARC_STRIPE_WEBHOOK_SECRET: token().optional(),
  ARC_STRIPE_WEBHOOK_SECRET_FORMER: token().optional(),
  ...billingEnvironment,
  ARC_EVENT_WEBHOOK_EXEMPT: networks().optional(),
  ARC_SMTP_URL: z.string().optional().describe('smtp://USER:PASSWORD@HOST:PORT or smtps://…'),
  ARC_MAIL_FROM: z.string().optional().describe('an e-mail address, such as arcx <arcx@example.com>'),
  GITHUB_CLIENT_ID: z.string().optional().describe('the client id of a GitHub application'),
  GITHUB_CLIENT_SECRET: z.string().optional().describe('the client secret of the GitHub application'),
  ARC_GITHUB_RECHECK_SECONDS: wholeNumber(1, 24 * 3600, 'a number of seconds').default(900),
  GITHUB_URL: z
    .url({ protocol: /^https?$/ })
    .default('https://github.com')
    .describe('the URL of GitHub or of a GitHub Enterprise server'),
})

export type OrchestratorConfig = z.infer<typeof OrchestratorSettings> & {
  readonly publicUrl: string
  readonly workspaceDomain: string
  /** Reverse proxies whose word on who asks is taken. */
  readonly trustedProxies: readonly string[]
  /** Whether the one-time link for the person at this machine is given out. */
  readonly localSignIn: boolean
  /** Null where nobody signs in by GitHub. */
  readonly github: { readonly clientId: string; readonly clientSecret: string; readonly url: string } | null
  /** Without a slash at its end. */
  readonly gitHubUrl: string
  /** By which GitHub and Stripe sign events: the present ones, and those before while they are being changed. */
  readonly webhookSecrets: { readonly github: readonly string[]; readonly stripe: readonly string[] }
  /** Null where Stripe takes no payments. */
  readonly billing: BillingSettings | null
  /** Null where no e-mail is sent. */
  readonly mail: MailSettings | null
  readonly cpuCores: number
}

/** @throws {ConfigError} */
export function readConfig(environment: Record<string, string | undefined>): OrchestratorConfig {
  const settings = parseConfig(OrchestratorSettings, environment)
  if (settings.ARC_ADMIN_TOKEN === settings.ARC_INTERNAL_TOKEN) {
    throw new ConfigError('ARC_INTERNAL_TOKEN is the same as ARC_ADMIN_TOKEN; it takes another value.')
  }
  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret, GITHUB_URL: url } = settings
  if ((clientId === undefined) !== (clientSecret === undefined)) {
    const missing = clientId === undefined ? 'GITHUB_CLIENT_ID' : 'GITHUB_CLIENT_SECRET'
    throw new ConfigError(
      `${missing} is not set; signing in by GitHub takes both GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET.`,
    )
  }
  const onLoopback = loopback.has(settings.ARC_LISTEN)
  const github = clientId === undefined || clientSecret === undefined ? null : { clientId, clientSecret, url }
  if (!onLoopback && github === null) {
    throw new ConfigError(
      `ARC_LISTEN is “${settings.ARC_LISTEN}”; without GitHub sign-in (GITHUB_CLIENT_ID) it takes a loopback address such as 127.0.0.1.`,
    )
  }
  const local = settings.ARC_DOMAIN === 'localhost' || settings.ARC_DOMAIN.endsWith('.localhost')
  const publicUrl =
    settings.ARC_PUBLIC_URL ??
    (local ? `http://${settings.ARC_DOMAIN}:${settings.ARC_PORT}` : `https://${settings.ARC_DOMAIN}`)
  // What listens on this machine alone and is known elsewhere has a reverse proxy on this machine before it.
  const isBehindOne = onLoopback && !/^https?:\/\/([^/]*\.)?(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\/?$/.test(publicUrl)
  return {
    ...settings,
    publicUrl,
    trustedProxies: settings.ARC_TRUSTED_PROXIES ?? (isBehindOne ? ['127.0.0.0/8', '::1'] : []),
    workspaceDomain: settings.ARC_WORKSPACE_DOMAIN ?? settings.ARC_DOMAIN,
    localSignIn: onLoopback && github === null,
    github,
    gitHubUrl: url.replace(/\/+$/, ''),
    webhookSecrets: {
      github: given(settings.ARC_GITHUB_WEBHOOK_SECRET, settings.ARC_GITHUB_WEBHOOK_SECRET_FORMER),
      stripe: given(settings.ARC_STRIPE_WEBHOOK_SECRET, settings.ARC_STRIPE_WEBHOOK_SECRET_FORMER),
    },
    billing: billingOf(settings, settings.ARC_SIGNUP_MODE),
    mail: mailSettings(settings.ARC_SMTP_URL, settings.ARC_MAIL_FROM),
    cpuCores: Math.min(settings.ARC_WORKSPACE_CPU_CORES, availableParallelism()),
  }
}

const given = (...values: readonly (string | undefined)[]): readonly string[] =>
  values.filter((value) => value !== undefined)
