import { Doc, applyUpdate, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { changesBetween } from './changes.ts'

/** The name under which the text of a file lies in its Yjs document. */
export const textName = 'content'

export const textOf = (doc: Doc): string => doc.getText(textName).toString()

/** A document of its own with the same state. */
export function fork(state: Uint8Array | null): Doc {
  const doc = new Doc()
  if (state !== null) applyUpdate(doc, state)
  dropWaiting(doc)
  return doc
}

/**
 * Discards the updates that Yjs holds back because what they depend on is missing; returns whether there were any. Yjs
 * would encode them into the document's state, over what others have written since.
 */
export function dropWaiting(doc: Doc): boolean {
  const isWaiting = doc.store.pendingStructs !== null || doc.store.pendingDs !== null
  doc.store.pendingStructs = null
  doc.store.pendingDs = null
  return isWaiting
}

/** Makes a document's text another, by as small changes as it takes; what others see of that, as an update, or null for none. */
export function rewrite(doc: Doc, text: string, origin?: unknown): Uint8Array | null {
  const changes = changesBetween(textOf(doc), text)
  if (changes.length === 0) return null
  const before = encodeStateVector(doc)
  const shared = doc.getText(textName)
  doc.transact(() => {
    // From the end, so that positions before stay what they were.
    for (const { at, remove, insert } of changes.toReversed()) {
      if (remove > 0) shared.delete(at, remove)
      if (insert !== '') shared.insert(at, insert)
    }
  }, origin)
  return encodeStateAsUpdate(doc, before)
}

/** What both have made of `base`, where each began with that; letters of both stand where they wrote in one place. */
export function merged(base: string, one: string, other: string): string {
  const origin = fork(null)
  rewrite(origin, base)
  const state = encodeStateAsUpdate(origin)
  const [first, second] = [fork(state), fork(state)]
  rewrite(first, one)
  rewrite(second, other)
  applyUpdate(first, encodeStateAsUpdate(second))
  return textOf(first)
}
