import { z } from 'zod'
import { totalmem } from 'node:os'
import { parseConfig, port, wholeNumber } from '@arcx/service-kit/config'

const MiB = 2 ** 20
/** Ample for what a service does; on a small machine a quarter of what there is, so that one cannot take all. */
const serviceMemoryBytes = Math.min(2048 * MiB, Math.max(512 * MiB, Math.floor(totalmem() / 4)))

/** What the launcher itself takes; everything else goes on to the services as it is. */
export const LaunchSettings = z.object({
  ARC_DATA_DIR: z.string().default('.arcx').describe('a path'),
  ARC_PORT: port().default(3000),
  ARC_LISTEN: z.string().default('127.0.0.1').describe('an address to listen on'),
  ARC_SERVICE_MEMORY_BYTES: wholeNumber(256 * MiB, 2 ** 44, 'a number of bytes').default(serviceMemoryBytes),
  DOCKER_HOST: z.string().optional().describe('unix:// and a path'),
  DATABASE_URL: z.string().optional().describe('a postgresql:// URL'),
  NATS_URL: z.string().optional().describe('a nats:// URL'),
  WORKSPACE_IMAGE: z.string().optional().describe('the name of an image that the engine has'),
})
export type LaunchSettings = z.infer<typeof LaunchSettings>

export const readSettings = (environment: NodeJS.ProcessEnv): LaunchSettings => parseConfig(LaunchSettings, environment)

/** `npm start -- --help`. */
export const help = `arcx: cloud development environments on this machine.

  npm start                 set everything up and run it
  npm run sign-in           print a new sign-in link for the arcx that runs
  npm run -s arcx-admin -- COMMAND
                            administer the arcx that runs; --help lists commands
  npm run dev               the same as npm start, restarted when its sources change
  npm test [-- NAME…]       set everything up and run the tests (those whose file names hold NAME)
  npm run fuzz -- SECONDS   run every fuzzer for as long
  npm run bench             measure against peers
  npm run lint              types, lint and the dependency rule

Settings are environment variables, as in: ARC_PORT=8080 npm start

  ARC_PORT                     where to listen                                        3000
  ARC_LISTEN                   on which address                                       127.0.0.1
  ARC_CONNECTIONS              open connections, of everybody together                10000
  ARC_CONNECTIONS_PER_ADDRESS  and of one address                                     2000
  ARC_TRUSTED_PROXIES          reverse proxies whose X-Forwarded-For is believed, as
                               127.0.0.1,10.0.0.0/8
  ARC_DATA_DIR                 where everything is kept                               .arcx
  ARC_DOMAIN                   workspaces are at NAME.DOMAIN                          localhost
  ARC_PUBLIC_URL               what browsers use, if not made from the above
  ARC_WORKSPACE_DOMAIN         a domain for workspaces apart from ARC_DOMAIN
  ARC_IDLE_TIMEOUT_SECONDS     stop a workspace that nobody uses after                1800 (0: never)
  ARC_EGRESS                   how workspaces reach the outside: none, proxy or open  proxy
  ARC_EGRESS_DEFAULT           by arc-proxy: open or closed                           open
  ARC_EGRESS_ALLOW             hosts to let through, as *.example.com, with commas
  ARC_EGRESS_DENY              hosts never to let through
  ARC_EGRESS_EXEMPT            networks inside that may be reached, as 10.1.0.0/16
  ARC_EGRESS_NAMES             fixed names, as registry.example.com=10.1.2.3
  ARC_EGRESS_CA_FILE           more authorities that servers outside may have
  ARC_EGRESS_CONNECTIONS       open connections of one workspace                      2000
  ARC_EGRESS_CONNECTIONS_TOTAL and of all together                                    10000
  ARC_EGRESS_KEEP_DAYS         how long calls are kept on record                      30
  ARC_PROXY_PORT               where arc-proxy answers the other services             3002
  ARC_PROXY_URL                of an arc-proxy of your own instead of one started here
  ARC_COLLAB_PORT              where team-state takes WebSockets                      3001
  ARC_COLLAB_URL               at which programs reach it, if not made from that
  ARC_COLLAB_ORIGINS           pages that may connect to it, if not the above alone
  ARC_COLLAB_MESSAGE_RATE      messages a second of one connection, ten times that   200
                               at once
  ARC_COLLAB_CONNECTIONS       open connections, of everybody together                10000
  ARC_COLLAB_TEXTS_BYTES       of all texts that are open together                    536870912
  ARC_SECRETS_KEY              seals people’s secrets; stands in secrets.env
  ARC_SECRETS_KEY_FORMER       what it was before, until all are sealed anew
  ARC_ISOLATION                auto, networked or sealed                              auto
  ARC_NETWORK                  the workspaces’ Docker network                         arc-net
  ARC_EDGE                     gateway, or traefik to let it dial workspaces by TCP   gateway
  ARC_WORKSPACE_MEMORY_BYTES   a workspace’s memory                                   8589934592
  ARC_WORKSPACE_CPU_CORES      a workspace’s cores, at most this machine’s            4
  ARC_WORKSPACE_PIDS           a workspace’s processes                                512
  ARC_WORKSPACE_DISK_BYTES     what a workspace may keep on disk                      21474836480 (0: no limit)
  ARC_DISK_RESERVE_BYTES       free space below which nothing new starts              2147483648
  ARC_SERVICE_MEMORY_BYTES     the memory of each of arcx’s own processes; one that   2147483648, at most
                               grows beyond it is ended alone and started again       a quarter of all
  ARC_LOG_LEVEL                debug, info, warn or error                             info
  ARC_SIGNUP_MODE              who may sign up: invite, open or stripe                invite
  ARC_STRIPE_SECRET_KEY        of Stripe, where plans are paid for; see docs/billing.md
  ARC_STRIPE_PRICE_PRO         Stripe’s price of the pro plan, price_…; those before after it
  ARC_STRIPE_PRICE_TEAM        Stripe’s price of a seat in the team plan, likewise
  ARC_STRIPE_WEBHOOK_SECRET    by which Stripe signs events, whsec_…
  ARC_STRIPE_WEBHOOK_SECRET_FORMER   what it was before, while it is being changed
  ARC_STRIPE_API_URL           where Stripe’s API answers                             https://api.stripe.com
  ARC_STRIPE_TRIAL_DAYS        days of a trial, 0 for none                            14
  ARC_STRIPE_GRACE_DAYS        days that a plan holds while a payment is missing      7
  ARC_STRIPE_TAX               on or off: Stripe works taxes out                      on
  GITHUB_CLIENT_ID             a GitHub application’s, to sign in by GitHub
  GITHUB_CLIENT_SECRET         its secret; may stand in secrets.env
  GITHUB_URL                   of a GitHub Enterprise server                          https://github.com
  ARC_GITHUB_WEBHOOK_SECRET    by which GitHub signs events, beside those of a GitHub App
  ARC_GITHUB_WEBHOOK_SECRET_FORMER   what it was before, while it is being changed
  ARC_GITHUB_RECHECK_SECONDS   how often GitHub is asked whether a session still stands  900
  ARC_SMTP_URL                 a mail server: smtp://USER:PASSWORD@HOST:PORT or smtps://…;
                               may stand in secrets.env
  ARC_MAIL_FROM                from whom e-mail comes
  ARC_EVENT_WEBHOOK_EXEMPT     private networks to which webhooks may be sent
  ARC_BUILD_CA_BUNDLE          certificates to trust while building the image
  DOCKER_HOST                  the Docker engine’s socket                             unix:///var/run/docker.sock
  WORKSPACE_IMAGE              an image of your own instead of the one built here
  DATABASE_URL                 a PostgreSQL of your own instead of the embedded one
  NATS_URL                     a NATS server of your own instead of the embedded one
`
