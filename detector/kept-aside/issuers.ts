import { digits, hex, lower, of, oneOf, upper, uuid, word } from '../random-text.ts'
import type { Planted } from './kept-aside.ts'

const url = (length: number) => of(`${lower}${upper}${digits}-_`, length).replace(/^[-_]|[-_]$/g, 'a')
const base64 = (length: number) => of(`${lower}${upper}${digits}+/`, length).replace(/^[+/]/, 'a')
const upperDigits = (length: number) => of(upper + digits, length)
const pem = (label: string, lines: number) =>
  `-----BEGIN ${label}-----\n${Array.from({ length: lines }, () => base64(64)).join('\n')}\n-----END ${label}-----`
const segment = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url')

/** Tokens whose issuers document their form; other ones than those of `labelled.ts`. */
const tokens: Readonly<Record<string, () => string>> = {
  'AWS temporary key id': () => `ASIA${of(`${upper}234567`, 16)}`,
  'GitHub OAuth token': () => `gho_${word(36)}`,
  'GitHub user to server': () => `ghu_${word(36)}`,
  'GitHub refresh token': () => `ghr_${word(36)}`,
  'GitLab trigger token': () => `glptt-${hex(40)}`,
  'GitLab deploy token': () => `gldt-${url(20)}`,
  'GitLab runner token': () => `glrt-${url(20)}`,
  'Slack user token': () => `xoxp-${of(digits, 12)}-${of(digits, 12)}-${of(digits, 12)}-${hex(32)}`,
  'Slack app token': () => `xapp-1-A${upperDigits(10)}-${of(digits, 13)}-${hex(64)}`,
  'Stripe test key': () => `sk_test_${word(24)}`,
  'Stripe webhook secret': () => `whsec_${word(32)}`,
  'Google OAuth secret': () => `GOCSPX-${url(28)}`,
  'Google access token': () => `ya29.${url(160)}`,
  'Docker Hub token': () => `dckr_pat_${url(27)}`,
  'Twilio key': () => `SK${hex(32)}`,
  'Mailgun key': () => `key-${hex(32)}`,
  'Mailchimp key': () => `${hex(32)}-us${of('12', 1)}${of('0123456789', 1)}`,
  'Square token': () => `sq0atp-${url(22)}`,
  'Square secret': () => `sq0csp-${url(43)}`,
  'Facebook token': () => `EAACEdEose0cBA${word(140)}`,
  'Atlassian token': () => `ATATT3xFfGF0${url(180)}=${of(`${digits}ABCDEF`, 8)}`,
  'Bitbucket token': () => `ATCTT3xFfGN0${url(171)}=${of(`${digits}ABCDEF`, 8)}`,
  'Terraform Cloud token': () => `${word(14)}.atlasv1.${word(67)}`,
  'New Relic user key': () => `NRAK-${upperDigits(27)}`,
  'Sentry organisation token': () =>
    `sntrys_${segment({ iat: 1_700_000_000, url: 'https://sentry.io', org: 'shop' })}_${word(43)}`,
  'Figma token': () => `figd_${url(40)}`,
  'Dynatrace token': () => `dt0c01.${upperDigits(24)}.${upperDigits(64)}`,
  'EasyPost key': () => `EZAK${word(54)}`,
  'Shopify shared secret': () => `shpss_${hex(32)}`,
  'Sourcegraph token': () => `sgp_${hex(16)}_${hex(40)}`,
  'Tailscale key': () => `tskey-auth-${word(17)}-${word(32)}`,
  'Supabase token': () => `sbp_${hex(40)}`,
  'Resend key': () => `re_${word(8)}_${word(24)}`,
  'Brevo key': () => `xkeysib-${hex(64)}-${word(16)}`,
  'Apify token': () => `apify_api_${word(36)}`,
  'Groq key': () => `gsk_${word(52)}`,
  'xAI key': () => `xai-${word(80)}`,
  'Replicate token': () => `r8_${word(37)}`,
  'NVIDIA key': () => `nvapi-${url(64)}`,
  'Tavily key': () => `tvly-${word(32)}`,
  'LangSmith key': () => `lsv2_pt_${hex(32)}_${hex(10)}`,
  'Perplexity key': () => `pplx-${word(48)}`,
  'Artifactory key': () => `AKCp${word(69)}`,
  'NuGet key': () => `oy2${of(lower + digits, 43)}`,
  'Clojars token': () => `CLOJARS_${hex(60)}`,
  'age key': () => `AGE-SECRET-KEY-1${of('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58)}`,
  'Cloudflare origin key': () => `v1.0-${hex(24)}-${hex(146)}`,
  'PostHog personal key': () => `phx_${word(43)}`,
  'Adobe client secret': () => `p8e-${word(32)}`,
  'Airtable token': () => `pat${word(14)}.${hex(64)}`,
  'Alibaba key id': () => `LTAI${word(20)}`,
  'Flutterwave key': () => `FLWSECK_TEST-${of(`${digits}abcdefgh`, 32)}-X`,
  'Frame.io token': () => `fio-u-${url(64)}`,
  'Grafana Cloud token': () =>
    `glc_${Buffer.from(JSON.stringify({ o: '123456', n: 'ci', k: word(24), m: { r: 'eu' } }))
      .toString('base64')
      .replace(/=+$/, '')}`,
  'Dropbox short token': () => `sl.${url(140)}`,
  'Fly.io token': () => `FlyV1 fm2_${base64(120)}`,
  'Teams webhook': () =>
    `https://shop.webhook.office.com/webhookb2/${uuid()}@${uuid()}/IncomingWebhook/${hex(32)}/${uuid()}`,
  'Discord webhook': () => `https://discord.com/api/webhooks/${of('123456789', 18)}/${url(68)}`,
  'Discord bot token': () => `M${of(lower + upper + digits, 23)}.${word(6)}.${url(27)}`,
  'RSA key': () => pem('RSA PRIVATE KEY', 8),
  'EC key': () => pem('EC PRIVATE KEY', 3),
  'OpenSSH key': () => pem('OPENSSH PRIVATE KEY', 6),
  'PGP key': () => pem('PGP PRIVATE KEY BLOCK', 6),
  'encrypted key': () => pem('ENCRYPTED PRIVATE KEY', 6),
}

/** Where such a token is met: in most of them no name says what it is. */
const around: readonly ((token: string) => string)[] = [
  (token) => token,
  (token) => `It stopped working after I rotated ${token} yesterday`,
  (token) => `["${token}"]`,
  (token) => `client = Client("${token}")`,
  (token) => `<value>${token}</value>`,
  (token) => `- ${token}\n- other`,
]

export const issuers: Readonly<Record<string, () => Planted>> = Object.fromEntries(
  Object.entries(tokens).map(([kind, make]) => [
    kind,
    () => {
      const secret = make()
      return { secret, text: oneOf(around, (token) => token)(secret) }
    },
  ]),
)
