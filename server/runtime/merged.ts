/** What several sources yield, as it comes. It ends, or fails, as soon as one of them does, and ends the others then. */
export async function* merged<T>(
  sources: readonly ((signal: AbortSignal) => AsyncIterable<T>)[],
  outer: AbortSignal,
): AsyncIterable<T> {
  const over = new AbortController()
  const signal = AbortSignal.any([outer, over.signal])
  const next = async (iterator: AsyncIterator<T>) => ({ iterator, result: await iterator.next() })
  const pending = new Map(
    sources.map((source) => {
      const iterator = source(signal)[Symbol.asyncIterator]()
      return [iterator, next(iterator)]
    }),
  )
  try {
    while (pending.size > 0) {
      const { iterator, result } = await Promise.race(pending.values())
      if (result.done === true) return
      pending.set(iterator, next(iterator))
      yield result.value
    }
  } finally {
    over.abort()
    for (const each of pending.values()) each.catch(() => undefined)
  }
}
