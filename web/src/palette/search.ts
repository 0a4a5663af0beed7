import UFuzzy from '@leeoniya/ufuzzy'
import type { Entry, EntryGroup } from './entry.ts'

const most = 30
// A letter may be wrong, missing or too many; words come in any order.
const fuzzy = new UFuzzy({ intraMode: 1 })

/** The entries that somebody means, best first, in their groups; the group of the best comes first. */
export function search(entries: readonly Entry[], typed: string): readonly EntryGroup[] {
  const wanted = typed.trim()
  return grouped(wanted === '' ? entries.filter(({ isUsual }) => isUsual) : best(entries, wanted))
}

/** What something is called counts before what is said of it, and the thing itself before the documentation. */
function best(entries: readonly Entry[], wanted: string): readonly Entry[] {
  const called = ranked(
    entries.map(({ label }) => label),
    wanted,
  )
  const about = ranked(
    entries.map(({ label, hint, words }) => `${label} ${hint} ${words}`),
    wanted,
  )
  const things = (ranks: readonly number[]) => ranks.filter((index) => entries[index]?.isDocumentation !== true)
  return [...new Set([...things(called), ...called, ...things(about), ...about])]
    .flatMap((index) => entries[index] ?? [])
    .slice(0, most)
}

function ranked(haystack: string[], wanted: string): readonly number[] {
  const [found, info, order] = fuzzy.search(haystack, wanted, 1)
  return order === null || info === null ? (found ?? []) : order.map((at) => info.idx[at] ?? -1)
}

function grouped(entries: readonly Entry[]): readonly EntryGroup[] {
  const groups = new Map<Entry['group'], Entry[]>()
  for (const entry of entries) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry])
  return [...groups].map(([value, items]) => ({ value, items }))
}
