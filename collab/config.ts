import { z } from 'zod'
import { parseConfig, port, token, wholeNumber } from '@arcx/service-kit/config'

const list = (text: string) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')

export const CollabSettings = z.object({
  ARC_COLLAB_PORT: port().default(3001),
  ARC_INTERNAL_TOKEN: token(),
  ARC_ORCHESTRATOR_URL: z.url({ protocol: /^https?$/ }).describe('the URL of the orchestrator'),
  /** Pages that may connect; programs that are no pages say nothing of it. */
  ARC_COLLAB_ORIGINS: z
    .string()
    .default('')
    .transform(list)
    .refine((each) => each.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin))
    .describe('origins such as https://arcx.example.com, with commas between them'),
  /** Of all texts in memory together, about; who wants to open another is told to come back. */
  ARC_COLLAB_TEXTS_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(512 * 1024 * 1024),
  /** Of one connection; ten seconds' worth may come at once. */
  ARC_COLLAB_MESSAGE_RATE: z.coerce.number().int().positive().default(200),
  /** In all: the gateway and a load balancer bring everybody's from one address. */
  ARC_COLLAB_CONNECTIONS: wholeNumber(10, 1_000_000, 'a number of connections').default(10_000),
  ARC_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('debug, info, warn or error'),
  NATS_URL: z.url({ protocol: /^nats$/ }).describe('a NATS URL'),
  DATABASE_URL: z.string().min(1).describe('a PostgreSQL URL'),
})

export type CollabConfig = z.infer<typeof CollabSettings>

/** @throws {ConfigError} */
export function readConfig(environment: Record<string, string | undefined>): CollabConfig {
  return parseConfig(CollabSettings, environment)
}
