import { structuredPatch } from 'diff'

/** A line of what changed between two texts, or a gap where nothing did; numbers count from one. */
export type DifferenceLine =
  | { readonly kind: 'same' | 'added' | 'removed'; readonly before: number | null; readonly after: number | null; readonly text: string }
  /** Before this line of the text before. */
  | { readonly kind: 'gap'; readonly before: number }

const context = 3
/** A difference that takes longer to find is none that anybody reads. */
const timeoutMs = 1500

/** What changed, with a few lines around; null where it is too much to tell. */
export function difference(before: string, after: string): readonly DifferenceLine[] | null {
  const patch = structuredPatch('', '', before, after, undefined, undefined, { context, timeout: timeoutMs })
  if (patch === undefined) return null
  return patch.hunks.flatMap(({ oldStart, newStart, lines }, index) => {
    let [old, now] = [oldStart, newStart]
    const shown = lines.flatMap((line): DifferenceLine[] => {
      const text = line.slice(1)
      if (line.startsWith('+')) return [{ kind: 'added', before: null, after: now++, text }]
      if (line.startsWith('-')) return [{ kind: 'removed', before: old++, after: null, text }]
      // Where the last line ends without a line feed.
      if (line.startsWith('\\')) return []
      return [{ kind: 'same', before: old++, after: now++, text }]
    })
    return index === 0 && oldStart <= 1 ? shown : [{ kind: 'gap', before: oldStart } as const, ...shown]
  })
}
