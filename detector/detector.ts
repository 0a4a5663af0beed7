import { findInContext } from './context/context.ts'
import { joined, placesIn } from './search/places.ts'
import { findSpecific } from './specific.ts'
import type { Found } from './specific.ts'

/** A credential: which kind, and where in the text, in UTF-16 code units, the end behind its last. */
export interface Finding {
  readonly rule: string
  readonly start: number
  readonly end: number
}

const spare = 4
const mostKept = 4 * 1024 * 1024

/** Texts are looked at in this, so that none costs memory of its own that the system has to clear first; it grows with them. */
let kept = Buffer.alloc(64 * 1024)

function memoryFor(length: number): Buffer {
  if (length <= kept.length) return kept
  const memory = Buffer.allocUnsafeSlow(Math.min(length * 2, Math.max(length, mostKept)))
  if (memory.length <= mostKept) kept = memory
  return memory
}

/**
 * Finds credentials in a text: of kinds that are known by their form, and what stands behind a name that says secret. A
 * quick pass over the text's bytes tells where that can be; everything else is not looked at again.
 */
export function findCredentials(text: string): readonly Finding[] {
  const bytes = memoryFor(text.length + spare)
  // A character a byte, so that places are the same: what is not of ASCII is in no word that is looked for.
  bytes.write(text, 0, 'latin1')
  const { spans, names } = placesIn(bytes, text.length)
  const inContext = names.length === 0 ? null : findInContext(text, names, text.length)
  const looked = inContext === null || inContext.spans.length === 0 ? spans : joined(spans, inContext.spans)
  const specific = looked.length === 0 ? [] : findSpecific(text, bytes, looked)
  return apart([...specific, ...(inContext?.found ?? [])])
}

/** Of those that overlap, the one that is known best. */
function apart(all: readonly Found[]): readonly Finding[] {
  const out: Finding[] = []
  let group: Found[] = []
  let end = 0
  const close = () => {
    const chosen: Found[] = []
    for (const each of group.toSorted((a, b) => a.rank - b.rank || b.end - b.start - (a.end - a.start))) {
      if (!chosen.some((other) => other.start < each.end && each.start < other.end)) chosen.push(each)
    }
    for (const { rule, start, end } of chosen.toSorted((a, b) => a.start - b.start)) out.push({ rule, start, end })
  }
  for (const each of all.toSorted((a, b) => a.start - b.start)) {
    if (each.start >= end) {
      close()
      group = []
    }
    group.push(each)
    end = Math.max(end, each.end)
  }
  close()
  return out
}
