import ipaddr from 'ipaddr.js'
import { isIP } from 'node:net'
import { z } from 'zod'
import { formerKeys, parseConfig, port, token, wholeNumber } from '@arcx/service-kit/config'
import { normalHost } from './egress/policy/host.ts'

const list = (text: string) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
const isPattern = (text: string) => normalHost(text.replace(/^\*\./, '')) === text.replace(/^\*\./, '')
const hosts = () =>
  z
    .string()
    .default('')
    .transform(list)
    .refine((each) => each.every(isPattern))
    .describe('host names, or *.SUFFIX, in lower case, with commas between them')

export const ProxySettings = z.object({
  ARC_PROXY_PORT: port().default(3002),
  ARC_INTERNAL_TOKEN: token(),
  ARC_SECRETS_KEY: token(),
  ARC_SECRETS_KEY_FORMER: formerKeys(),
  ARC_DATA_DIR: z.string().min(1),
  ARC_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('debug, info, warn or error'),
  DATABASE_URL: z.string().min(1).describe('a PostgreSQL URL'),
  NATS_URL: z.string().min(1).describe('a NATS URL'),
  ARC_EGRESS_DEFAULT: z.enum(['open', 'closed']).default('open').describe('open or closed'),
  ARC_EGRESS_ALLOW: hosts(),
  ARC_EGRESS_DENY: hosts(),
  ARC_EGRESS_EXEMPT: z
    .string()
    .default('')
    .transform(list)
    .refine((each) => each.every((network) => ipaddr.isValidCIDR(network)))
    .describe('networks such as 10.1.0.0/16, with commas between them'),
  ARC_EGRESS_NAMES: z
    .string()
    .default('')
    .transform(list)
    .transform((each) => each.map((pair) => pair.split('=') as [string, string | undefined]))
    .refine((each) => each.every(([name, address]) => normalHost(name) === name && isIP(address ?? '') !== 0))
    .describe('NAME=ADDRESS pairs, with commas between them'),
  ARC_EGRESS_CA_FILE: z.string().optional().describe('a file of certificates'),
  /** Of one workspace at once, and of all together. */
  ARC_EGRESS_CONNECTIONS: wholeNumber(10, 1_000_000, 'a number of connections').default(2000),
  ARC_EGRESS_CONNECTIONS_TOTAL: wholeNumber(10, 1_000_000, 'a number of connections').default(10_000),
  ARC_EGRESS_KEEP_DAYS: wholeNumber(1, 3650, 'a number of days').default(30),
})

export type ProxyConfig = z.infer<typeof ProxySettings>

/** @throws {ConfigError} */
export function readConfig(environment: Record<string, string | undefined>): ProxyConfig {
  return parseConfig(ProxySettings, environment)
}
