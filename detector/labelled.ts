import { digits, hex, lower, of, upper, word } from './random-text.ts'

/**
 * A labelled set that is made anew each time, from the formats that providers document: so no credential, not even a made-up
 * one, stands in the repository for other scanners to find.
 */
export const credentials: Readonly<Record<string, () => string>> = {
  'AWS access key id': () => `aws_access_key_id = AKIA${of(`${upper}234567`, 16)}`,
  'GitHub token, classic': () => `token: ghp_${word(36)}`,
  'GitHub token, fine-grained': () => `GITHUB_TOKEN=github_pat_${word(82)}`,
  'GitHub app token': () => `ghs_${word(36)}`,
  'GitLab token': () => `PRIVATE-TOKEN: glpat-${word(20)}`,
  'Slack bot token': () => `xoxb-${of(digits, 12)}-${of(digits, 13)}-${word(24)}`,
  'Slack webhook': () =>
    `https://hooks.slack.com/services/T${of(upper + digits, 8)}/B${of(upper + digits, 8)}/${word(24)}`,
  'Stripe live key': () => `"sk_live_${word(24)}"`,
  'Stripe restricted key': () => `rk_live_${word(24)}`,
  'OpenAI key': () => `OPENAI_API_KEY=sk-proj-${word(74)}T3BlbkFJ${word(74)}`,
  'Anthropic key': () => `x-api-key: sk-ant-api03-${word(93)}AA`,
  'Google API key': () => `key=AIza${word(35)}`,
  'npm token': () => `//registry.npmjs.org/:_authToken=npm_${word(36)}`,
  'PyPI token': () => `password = pypi-AgEIcHlwaS5vcmc${word(70)}`,
  'Hugging Face token': () => `hf_${of(lower + upper, 34)}`,
  'SendGrid key': () => `SG.${word(22)}.${word(43)}`,
  'DigitalOcean token': () => `dop_v1_${hex(64)}`,
  'Shopify token': () => `shpat_${hex(32)}`,
  'Databricks token': () => `dapi${hex(32)}`,
  'Linear key': () => `lin_api_${word(40)}`,
  'Notion token': () => `ntn_${of(digits, 11)}${word(35)}`,
  'Vault token': () => `hvs.${word(95)}`,
  'Grafana service account': () => `glsa_${word(32)}_${hex(8)}`,
  'Postman key': () => `PMAK-${hex(24)}-${hex(34)}`,
  'Pulumi token': () => `pul-${hex(40)}`,
  'RubyGems key': () => `rubygems_${hex(48)}`,
  'PlanetScale token': () => `pscale_tkn_${word(43)}`,
  'Doppler token': () => `dp.pt.${word(43)}`,
  'Telegram bot token': () => `telegram_token = "${of(digits, 9)}:A${word(34)}"`,
  'private key': () => `-----BEGIN PRIVATE KEY-----\n${word(64)}\n${word(64)}\n${word(64)}\n-----END PRIVATE KEY-----`,
  'JSON web token': () => `eyJ${word(40)}.eyJ${word(120)}.${word(43)}`,
  'connection string': () => `DATABASE_URL=postgresql://app:${word(24)}@db.internal:5432/app`,
  'Azure storage key': () =>
    `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${word(86)}==;EndpointSuffix=core.windows.net`,
  'arcx token': () => `arcx_${word(38)}`,
  'a password that a program assigns': () => `api_secret = "${word(32)}"`,
}

/** What looks a little like one and is none. */
export const benign: Readonly<Record<string, () => string>> = {
  'a UUID': () => `{"id":"${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}"}`,
  'a commit': () => `commit ${hex(40)}`,
  'an integrity hash': () => `"integrity": "sha512-${word(86)}=="`,
  'a colour': () => `{"background":"#${hex(6)}","color":"#${hex(6)}"}`,
  'an address': () => `{"url":"https://example.com/things/${of(digits, 9)}?page=2&sort=name"}`,
  'an address with a user alone': () => 'git clone ssh://git@example.com/team/project.git',
  'an example of a connection string': () => 'postgresql://user:${PASSWORD}@localhost:5432/app',
  'a time': () => `{"createdAt":"2026-11-24T0${of(digits, 1)}:12:34.000Z","durationMs":${of(digits, 4)}}`,
  'a sentence': () =>
    'The token is read from the environment; the key of the map is its name, and the password is asked for.',
  'source code': () =>
    'const token = request.headers.authorization ?? process.env["API_TOKEN"]\nif (token === undefined) throw new Error("no token")',
  'an image': () => `data:image/png;base64,iVBORw0KGgo${word(300)}`,
  'a placeholder': () => 'OPENAI_API_KEY=your-api-key-here',
}
