import data from './rules/gitleaks.json' with { type: 'json' }

/** Where what looks like a credential is none. */
export interface Allowance {
  /** What is looked at: the secret, the whole match, or its line. */
  readonly target: 'secret' | 'match' | 'line'
  readonly patterns: readonly RegExp[]
  /** In lower case. */
  readonly stopwords: readonly string[]
}

export interface Rule {
  readonly id: string
  readonly pattern: RegExp
  /** In lower case; without one of them near by it is not tried. */
  readonly keywords: readonly string[]
  /** Shannon's, in bits a character; what has less is no secret. */
  readonly entropy: number
  /** Which group is the secret; 0: the first that took part. */
  readonly group: number
  readonly allow: readonly Allowance[]
  /** How far behind its keyword a match may end. */
  readonly reach: number
}

interface Written {
  readonly target: string
  readonly patterns: readonly string[]
  readonly stopwords: readonly string[]
}

const allowanceOf = ({ target, patterns, stopwords }: Written): Allowance => ({
  target: target === 'match' || target === 'line' ? target : 'secret',
  patterns: patterns.map((each) => new RegExp(each)),
  stopwords,
})

const near = 600
const far = 10_000
/** Whose matches are long by nature. */
const long = /private-key|jwt|service-account|kubernetes|curl-auth|age-secret/

/** Told by their files' names where they come from; here by their expressions alone. */
const strong: ReadonlySet<string> = new Set(['kubernetes-secret-yaml', 'nuget-config-password'])

/** Our own: what the set from elsewhere has not. */
const own: readonly Omit<Rule, 'reach'>[] = [
  { id: 'arcx-api-token', pattern: /\barcx_[0-9A-Za-z]{38}\b/g, keywords: ['arcx_'], entropy: 3, group: 0, allow: [] },
  // Between scheme and host, as RFC 3986, section 3.2.1, has it.
  { id: 'connection-string', pattern: /\b[a-z][a-z0-9+.-]{2,20}:\/\/[^\s:/@'"<>]{1,100}:([^\s@/'"<>{}$]{4,200})@[a-zA-Z0-9.-]{2,200}/g, keywords: ['://'], entropy: 2, group: 1, allow: [] },
  { id: 'azure-storage-key', pattern: /AccountKey=([A-Za-z0-9+/]{86}==)/g, keywords: ['accountkey='], entropy: 4, group: 1, allow: [] },
]

export const rules: readonly Rule[] = [
  ...data.rules.filter(({ id, path }) => path === null || strong.has(id)).map(({ id, pattern, keywords, entropy, group, allow }) => ({ id, pattern: new RegExp(pattern, 'g'), keywords, entropy, group, allow: allow.map(allowanceOf) })),
  ...own,
].map((rule) => ({ ...rule, reach: long.test(rule.id) ? far : near }))

/** For all rules. */
export const everywhere: readonly Allowance[] = data.allow.map(allowanceOf)
