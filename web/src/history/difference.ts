import { structuredPatch } from 'diff'

/** A line of what changed between two texts, or a gap where nothing did; numbers count from one. */
export type DifferenceLine =
  | {
      readonly kind: 'same' | 'added' | 'removed'
      readonly before: number | null
      readonly after: number | null
      readonly text: string
    }
  /** Before this line of the text before. */
  | { readonly kind: 'gap'; readonly before: number }
  /** The last line's end of line is all that came or went there. */
  | { readonly kind: 'newline'; readonly is: 'added' | 'removed' }

const context = 3
/** A difference that takes longer to find is none that anybody reads. */
const timeoutMs = 1500

/** What changed, with a few lines around; null where it is too much to tell. */
export function difference(before: string, after: string): readonly DifferenceLine[] | null {
  const patch = structuredPatch('', '', ended(before), ended(after), undefined, undefined, {
    context,
    timeout: timeoutMs,
  })
  if (patch === undefined) return null
  const lines = patch.hunks.flatMap(({ oldStart, newStart, lines }, index) => {
    let [old, now] = [oldStart, newStart]
    const shown = lines.flatMap((line): DifferenceLine[] => {
      const text = line.slice(1)
      if (line.startsWith('+')) return [{ kind: 'added', before: null, after: now++, text }]
      if (line.startsWith('-')) return [{ kind: 'removed', before: old++, after: null, text }]
      return [{ kind: 'same', before: old++, after: now++, text }]
    })
    return index === 0 && oldStart <= 1 ? shown : [{ kind: 'gap', before: oldStart } as const, ...shown]
  })
  const [had, has] = [before, after].map((text) => text === '' || text.endsWith('\n'))
  return had === has || before === '' || after === ''
    ? lines
    : [...lines, { kind: 'newline', is: has === true ? 'added' : 'removed' }]
}

/** A last line is the same with its end and without: whether it has one is said apart. */
const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)
