/** A workspace's name is the first label of its host name (RFC 1123, section 2.1), so it follows a label's rules. */
export const maxNameLength = 40

const reserved = new Set([
  'admin',
  'api',
  'app',
  'arc',
  'arc-proxy',
  'arcx',
  'assets',
  'auth',
  'autoconfig',
  'autodiscover',
  'billing',
  'blog',
  'cdn',
  'dashboard',
  'docs',
  'ftp',
  'grafana',
  'health',
  'help',
  'imap',
  'internal',
  'isatap',
  'localhost',
  'login',
  'mail',
  'metrics',
  'mta-sts',
  'nats',
  'ns1',
  'ns2',
  'orchestrator',
  'pop',
  'postgres',
  'prometheus',
  'proxy',
  'root',
  'smtp',
  'ssh',
  'static',
  'status',
  'support',
  'team-state',
  'traefik',
  'trpc',
  'webhooks',
  'wpad',
  'www',
])

/** What is wrong with a name, as a sentence; `null` when nothing is. */
export function nameProblem(name: string): string | null {
  if (name.length === 0) return 'A name is needed.'
  if (name.length > maxNameLength) return `A name has at most ${maxNameLength} characters.`
  if (/[^a-z0-9-]/.test(name)) return 'A name has only lower-case letters a–z, digits and hyphens.'
  if (name.startsWith('-') || name.endsWith('-')) return 'A name does not begin or end with a hyphen.'
  // Labels of the form `??--` mean something to internationalised DNS (RFC 5890, section 2.3.1).
  if (/^..--/.test(name)) return 'A name has no two hyphens as its third and fourth characters.'
  if (reserved.has(name)) return `“${name}” is kept for arcx itself.`
  return null
}

/** The nearest valid name to what somebody typed. Always valid. */
export function nearestName(wanted: string): string {
  const label = wanted
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxNameLength)
    .replace(/^-+|-+$/g, '')
  if (label === '') return 'my-project'
  return nameProblem(label) === null ? label : numberedName(label, 1)
}

/** `name-2`, `name-3`… cut so that it still fits. */
export function numberedName(name: string, number: number): string {
  const ending = `-${number}`
  return name.slice(0, maxNameLength - ending.length).replace(/-+$/, '') + ending
}

const suggestionsTried = 50

/** A valid name near to what is wanted that nobody has; `takenAmong` tells which of some are taken. */
export async function freeNameNear(
  wanted: string,
  takenAmong: (names: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<string> {
  const near = nearestName(wanted)
  const candidates = [near, ...Array.from({ length: suggestionsTried }, (_, index) => numberedName(near, index + 2))]
  const taken = await takenAmong(candidates)
  return (
    candidates.find((candidate) => !taken.has(candidate) && nameProblem(candidate) === null) ??
    numberedName(near, Date.now() % 1_000_000)
  )
}
