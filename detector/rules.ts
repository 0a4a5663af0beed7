import gitleaks from './rules/gitleaks.json' with { type: 'json' }
import kingfisher from './rules/kingfisher.json' with { type: 'json' }

/** Where what looks like a credential is none. */
export interface Allowance {
  /** What is looked at: the secret, the whole match, or its line. */
  readonly target: 'secret' | 'match' | 'line'
  readonly patterns: readonly RegExp[]
  /** In lower case. */
  readonly stopwords: readonly string[]
}

/** What the characters of a secret must be, beside what the expression says. */
export interface Needs {
  readonly digits: number
  readonly uppercase: number
  readonly lowercase: number
  readonly special: number
  /** What no secret of this kind holds, in lower case. */
  readonly without: readonly string[]
}

export interface Rule {
  readonly id: string
  /** Made when it is first asked for: of some eleven hundred, a service needs few. */
  readonly pattern: RegExp
  /** In lower case; without one of them it is not tried. */
  readonly words: readonly string[]
  /** How far behind the beginning of a match its word may begin; null: anywhere. */
  readonly from: number
  readonly to: number | null
  /** Shannon's, in bits a character; what has less is no secret. */
  readonly entropy: number
  /** Which group is the secret; 0: the first that took part. */
  readonly group: number
  readonly allow: readonly Allowance[]
  readonly needs: Needs | null
  /** How far behind its word a match may end. */
  readonly reach: number
  /** How long a match is at most. */
  readonly longest: number
  /** So many signs of keys stand in a row in every match. */
  readonly run: number
}

interface Written {
  readonly id: string
  readonly pattern: string
  readonly flags: string
  readonly words: readonly string[]
  readonly from: number
  readonly to: number | null
  readonly entropy: number
  readonly group: number
  /** Null: any length. */
  readonly longest: number | null
  readonly run: number
}

const allowanceOf = ({
  target,
  patterns,
  stopwords,
}: {
  readonly target: string
  readonly patterns: readonly string[]
  readonly stopwords: readonly string[]
}): Allowance => ({
  target: target === 'match' || target === 'line' ? target : 'secret',
  patterns: patterns.map((each) => new RegExp(each)),
  stopwords,
})

const near = 600
const far = 10_000
/** Whose matches are long by nature. */
const long = /private-?key|privkey|pem\.|jwt|service-account|kubernetes|age-secret|ssh|tink/

function lazy(
  { id, pattern, flags, words, from, to, entropy, group, longest, run }: Written,
  allow: () => readonly Allowance[],
  needs: Needs | null,
): Rule {
  let made: RegExp | undefined
  let allowed: readonly Allowance[] | undefined
  return {
    id,
    words,
    from,
    to,
    entropy,
    group,
    needs,
    reach: long.test(id) ? far : near,
    longest: longest ?? Infinity,
    run,
    get pattern() {
      made ??= new RegExp(pattern, `${flags}${to === from ? 'y' : 'g'}`)
      return made
    },
    get allow() {
      allowed ??= allow()
      return allowed
    },
  }
}

/** Told by their files' names where they come from; here by their expressions alone. */
const strong: ReadonlySet<string> = new Set(['kubernetes-secret-yaml', 'nuget-config-password'])

/** What names tell is judged in `context/`. */
const byName: ReadonlySet<string> = new Set(['generic-api-key'])

/** Our own: what the sets from elsewhere have not. */
const own: readonly Written[] = [
  {
    id: 'arcx-api-token',
    pattern: String.raw`\barcx_[0-9A-Za-z]{38}\b`,
    flags: '',
    words: ['arcx_'],
    from: 0,
    to: 0,
    entropy: 3,
    group: 0,
    longest: 43,
    run: 43,
  },
  {
    id: 'azure-storage-key',
    pattern: 'AccountKey=([A-Za-z0-9+/]{86}==)',
    flags: '',
    words: ['accountkey='],
    from: 0,
    to: 0,
    entropy: 4,
    group: 1,
    longest: 99,
    run: 99,
  },
  {
    id: 'pgpass-password',
    pattern: String.raw`(?<![^\n])[\w.*-]{1,100}:(?:\d{4,5}|\*):[\w*.-]{1,60}:[\w.-]{1,60}:([^\s:]{8,100})(?![^\s])`,
    flags: '',
    words: [':5432:', ':*:*:'],
    from: 0,
    to: null,
    entropy: 3,
    group: 1,
    longest: 329,
    run: 0,
  },
  {
    id: 'mailchimp-api-key',
    pattern: String.raw`\b[0-9a-f]{32}-us\d{1,2}\b`,
    flags: '',
    words: Array.from({ length: 9 }, (_, digit) => `-us${digit + 1}`),
    from: 32,
    to: 32,
    entropy: 3,
    group: 0,
    longest: 37,
    run: 36,
  },
  {
    id: 'tailscale-key',
    pattern: String.raw`\btskey-[a-z]{2,12}-\w{8,30}-\w{16,60}\b`,
    flags: '',
    words: ['tskey-'],
    from: 0,
    to: 0,
    entropy: 3.5,
    group: 0,
    longest: 110,
    run: 34,
  },
  {
    id: 'resend-api-key',
    pattern: String.raw`\bre_(?=\w{0,32}\d)(?=\w{0,32}[A-Z])[A-Za-z0-9]{8}_[A-Za-z0-9]{24}\b`,
    flags: '',
    words: ['re_'],
    from: 0,
    to: 0,
    entropy: 4,
    group: 0,
    longest: 36,
    run: 36,
  },
  {
    id: 'docker-login-password',
    pattern: String.raw`docker login[^\n]{0,100}? (?:-p|--password)[ =]?["']?([\w.~!@#%^*+=-]{8,100})`,
    flags: '',
    words: ['docker login'],
    from: 0,
    to: 0,
    entropy: 3,
    group: 1,
    longest: 225,
    run: 6,
  },
]

/** In the order in which they count where two find the same. */
export const rules: readonly Rule[] = [
  ...own.map((rule) => lazy(rule, () => [], null)),
  ...gitleaks.rules
    .filter(({ id, path }) => !byName.has(id) && (path === null || strong.has(id)))
    .map((rule) => lazy(rule, () => rule.allow.map(allowanceOf), null)),
  ...kingfisher.rules.map((rule) => lazy(rule, () => [], rule)),
]

/** For all rules. */
export const everywhere: readonly Allowance[] = gitleaks.allow.map(allowanceOf)
