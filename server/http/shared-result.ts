const keptMs = 1000

/** Work that anybody may ask for: done once for all who ask while it runs, and for a second after. A failure is not kept. */
export function sharedResult<T>(work: () => Promise<T>, now: () => number = Date.now): () => Promise<T> {
  let known: { readonly result: Promise<T>; until: number } | null = null
  return () => {
    if (known !== null && now() < known.until) return known.result
    const mine = { result: work(), until: Infinity }
    known = mine
    mine.result.then(
      () => (mine.until = now() + keptMs),
      () => (mine.until = 0),
    )
    return mine.result
  }
}
