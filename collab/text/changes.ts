import { DIFF_DELETE, DIFF_EQUAL, DIFF_INSERT, makeDiff } from '@sanity/diff-match-patch'

/** `remove` letters (UTF-16 units) from `at` give way to `insert`. */
export interface TextChange {
  readonly at: number
  readonly remove: number
  readonly insert: string
}

/** Beyond as long the changes are coarser, and still right. */
const timeoutSeconds = 0.3

/** What makes `after` of `before`; positions are those of `before`, in order. */
export function changesBetween(before: string, after: string): TextChange[] {
  if (before === after) return []
  const changes: TextChange[] = []
  let at = 0
  let open: { at: number; remove: number; insert: string } | null = null
  for (const [kind, text] of makeDiff(before, after, { timeout: timeoutSeconds, checkLines: true })) {
    if (kind === DIFF_EQUAL) {
      if (open !== null) changes.push(open)
      open = null
      at += text.length
      continue
    }
    open ??= { at, remove: 0, insert: '' }
    if (kind === DIFF_INSERT) open.insert += text
    if (kind === DIFF_DELETE) {
      open.remove += text.length
      at += text.length
    }
  }
  if (open !== null) changes.push(open)
  return changes
}
