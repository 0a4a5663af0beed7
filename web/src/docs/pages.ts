import type { DocPage, DocSection } from './read.ts'

const sources = import.meta.glob<string>('../../../docs/*.md', { query: '?raw', import: 'default' })

/** In the order in which somebody new reads them. */
export const docOrder = [
  'start',
  'sign-in',
  'desktop',
  'teams',
  'team-state',
  'egress',
  'detection',
  'disk',
  'github-app',
  'workflows',
  'workflow-reference',
  'webhooks',
  'event-webhooks',
  'email',
  'billing',
  'costs',
  'cli',
  'architecture',
  'connections',
  'languages',
  'desktop-security',
  'dependencies',
] as const

/** The pages that there are, in order. */
export const docNames: readonly string[] = (() => {
  const all = Object.keys(sources).map((path) => path.replace(/^.*\/|\.md$/g, ''))
  const place = (name: string) => (docOrder as readonly string[]).indexOf(name) + 1 || docOrder.length + 1
  return all.toSorted((a, b) => place(a) - place(b) || a.localeCompare(b))
})()

/** Null where there is no such page. What reads it comes with the first. */
export async function docPage(name: string): Promise<DocPage | null> {
  const load = sources[`../../../docs/${name}.md`]
  if (load === undefined) return null
  const [source, { readDoc }] = await Promise.all([load(), import('./read.ts')])
  return readDoc(name, source)
}

export async function docPages(): Promise<readonly DocPage[]> {
  return (await Promise.all(docNames.map((name) => docPage(name)))).filter((page) => page !== null)
}

/** Everything that the documentation is about, to be searched. */
export async function docSections(): Promise<readonly DocSection[]> {
  return (await docPages()).flatMap(({ sections }) => sections)
}
