import { Doc, applyUpdate, encodeStateAsUpdate } from 'yjs'
import { dropWaiting } from './shared-text.ts'
import { checkUpdate } from './update-check.ts'

export interface Assembled {
  readonly doc: Doc
  /** Which of the updates cannot be used, by their places. */
  readonly unusable: readonly number[]
  /** The document holds all that the updates do: nothing of them was left out, or waits for something that is missing. */
  readonly isWhole: boolean
}

/**
 * One document of all updates that can be used. Those that passed the check can; others, such as what an older version
 * has stored, are tried, and left out where the document could not be applied, or not be read again, with them.
 */
export function assemble(updates: readonly Uint8Array[]): Assembled {
  const doubtful = new Set(updates.flatMap((update, index) => (passes(update) ? [] : [index])))
  const whole = documentOf(updates, doubtful.size > 0)
  if (whole !== null) return { doc: whole.doc, unusable: [], isWhole: whole.isWhole && doubtful.size === 0 }
  const kept = without(updates, doubtful)
  // Each passed, and together they cannot be used after all: then each is tried.
  return kept.doc === null ? tried(updates) : { doc: kept.doc, unusable: kept.unusable, isWhole: false }
}

/** Tries those that are doubtful, upon all the others. */
function without(
  updates: readonly Uint8Array[],
  doubtful: ReadonlySet<number>,
): { readonly doc: Doc | null; readonly unusable: readonly number[] } {
  const used = updates.filter((_, index) => !doubtful.has(index))
  const unusable: number[] = []
  for (const index of doubtful) {
    const update = updates[index]
    if (update === undefined) continue
    const together = documentOf([...used, update], true)
    if (together === null) unusable.push(index)
    else used.push(update)
    together?.doc.destroy()
  }
  return { doc: documentOf(used, false)?.doc ?? null, unusable }
}

function tried(updates: readonly Uint8Array[]): Assembled {
  const used: Uint8Array[] = []
  const unusable: number[] = []
  let doc = new Doc()
  for (const [index, update] of updates.entries()) {
    const next = documentOf([...used, update], true)
    if (next === null) {
      unusable.push(index)
      continue
    }
    used.push(update)
    doc.destroy()
    doc = next.doc
  }
  return { doc, unusable, isWhole: false }
}

/** Whether an update that is stored can be used by itself. */
export function isUsable(update: Uint8Array): boolean {
  const { doc, unusable } = assemble([update])
  doc.destroy()
  return unusable.length === 0
}

/** About how much of an update takes memory; of one that does not pass the check, by its bytes. */
export function piecesOf(update: Uint8Array): number {
  try {
    return checkUpdate(update).pieces
  } catch {
    // The smallest struct of Yjs has two bytes, one that is no part of a run about seven.
    return Math.ceil(update.length / 7)
  }
}

function passes(update: Uint8Array): boolean {
  try {
    checkUpdate(update)
    return true
  } catch {
    return false
  }
}

/** Null where that cannot be made; a document to which an update was applied in part is of no use any more. */
function documentOf(
  updates: readonly Uint8Array[],
  isDoubtful: boolean,
): { readonly doc: Doc; readonly isWhole: boolean } | null {
  const doc = new Doc()
  try {
    doc.transact(() => {
      // They may have been stored in another order than they were written in.
      for (const update of updates) applyUpdate(doc, update)
    })
    const isWhole = !dropWaiting(doc)
    if (!isDoubtful) return { doc, isWhole }
    const again = new Doc()
    applyUpdate(again, encodeStateAsUpdate(doc))
    again.destroy()
    return { doc, isWhole }
  } catch {
    doc.destroy()
    return null
  }
}

export function structsOf(doc: Doc): number {
  let sum = 0
  for (const structs of doc.store.clients.values()) sum += structs.length
  return sum
}
