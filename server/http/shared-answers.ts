const [before, after] = ['{"result":{"data":', '}}']

/**
 * What a procedure has returned, as tRPC's clients expect it. What is frozen stays as it is, so it is put into words once:
 * whoever gets the same object is sent the same bytes, which are kept for as long as the object is.
 */
export class SharedAnswers {
  readonly #known = new WeakMap<object, Buffer>()

  encode(data: unknown): Buffer {
    if (typeof data !== 'object' || data === null || !Object.isFrozen(data)) return encoded(data)
    const known = this.#known.get(data)
    if (known !== undefined) return known
    const bytes = encoded(data)
    this.#known.set(data, bytes)
    return bytes
  }
}

function encoded(data: unknown): Buffer {
  const text: string | undefined = JSON.stringify(data)
  return Buffer.from(text === undefined ? '{"result":{}}' : before + text + after)
}
