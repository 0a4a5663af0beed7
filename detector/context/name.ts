/**
 * What a name says of the value that it names. `password`: a person or a program may have chosen it, and it may be short;
 * `key`: a program has made it; `weak`: it may well be something else.
 */
export type Kind = 'password' | 'key' | 'weak'

/** What a name may end with and still name the secret itself. */
const endings = String.raw`(?:_?(?:\d+|value|val|text|str|string|plain|plaintext|clear|raw|default|prod|production|dev|development|stage|staging|test|testing|qa|live|sandbox|local|old|new|current|base|hex|b64|base64|env|var|const|primary|secondary|master|main|backup|here|eu|us|literal|param|v\d))*$`
const passwords = new RegExp(
  String.raw`(?:password|passwd|passphrase|passcode|passwort|pwd|passw|(?:^|_)pass|(?:user|db|root|admin|mail|smtp|ftp|http|proxy|mysql|sql|redis|auth|store|my|login|sudo|ssh|email|require)pass)${endings}`,
)
const keys = new RegExp(
  String.raw`(?:secrets?|token|(?:^|_)creds?|credentials?|(?:^|_)auth|authorization|(?:api|access|acces|private|priv|secret|auth|authentication|encryption|encrypt|encryptor|signing|sign|signature|account|storage|master|consumer|app|application|shared|session|subscription|webhook|server|service|licen[sc]e|client|crypto|crypt|cipher|aes|hmac|jwt|ssh|deploy|deployment|admin|root|write|ingest|ingestion|security|function|host|integration|developer|dev|partner|merchant|user|rest|sdk|cookie|hash|instrumentation|device|primary|secondary|vault|backup|bot|site_secret|team|org|project|algolia|stripe|sendgrid|mailgun|aws|s3|gcp|azure|google|maps|openai|anthropic|twilio|github|gitlab|slack|sentry|datadog|pusher|firebase|heroku|cloudflare)_?(?:key|secret_?key))(?:_?base)?${endings}`,
)
const weak = new RegExp(String.raw`(?:^|_)(?:key|salt|nonce|seed)${endings}`)
/** What is no secret although it is called one. */
const open =
  /(?:^|_)(?:public|pub|publishable|\w*csrf\w*|\w*xsrf\w*|authenticity|antiforgery|socket|websocket|requestverification|page|paging|pagination|next|prev|previous|continuation|cursor|sync|cancel|cancellation|hash|hashed|digest|checksum|fingerprint|thumbprint|cache|etag|primary_key|foreign|sort|partition|row|dict|i18n|translation|locale|message|label|placeholder|hint|error|bypass|compass|surpass|trespass|keyboard|monkey|hotkey|shortcut|non|no|missing|invalid|wrong|bad|is|has|show|hide|toggle|forgot|without|sha\d*|md5|integrity|idempotency|request|change|update|lifecycle|action|lock|reservation|execution|consistency|resume|object|record|entity|registry|design|theme|color|syntax|lex|lexer)(?:_|$)/

const cache = new Map<string, Kind | null>()
const mostKept = 2000

export function kindOf(name: string): Kind | null {
  const known = cache.get(name)
  if (known !== undefined) return known
  const kind = judged(name)
  if (cache.size >= mostKept) cache.clear()
  // A name of its own: as a part of the text it would keep the whole of that in memory.
  cache.set(Buffer.from(name, 'latin1').toString('latin1'), kind)
  return kind
}

function judged(name: string): Kind | null {
  const words =
    name
      .match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g)
      ?.join('_')
      .toLowerCase() ?? ''
  if (open.test(words)) return null
  if (passwords.test(words)) return 'password'
  if (keys.test(words)) return 'key'
  return weak.test(words) ? 'weak' : null
}
