/** 1 for what keys are made of: letters, digits, and the signs of base64 in both its alphabets. */
export const signs = new Uint8Array(256)
for (let code = 0; code < 128; code += 1) if (/[\w+/=-]/.test(String.fromCharCode(code))) signs[code] = 1

/** Shorter runs stand everywhere. */
const shortest = 20
/** How far before the first place that is asked for the next may be. */
const slack = 200

/** Whether there are runs of signs that are long enough for a key: each place is looked at when it is first asked for. */
export class Runs {
  readonly #bytes: Uint8Array
  /** Pairs of beginning and end of those that begin from `#from` on and before `#to`. */
  #found: number[] = []
  #from = 0
  #to = 0

  /** @param bytes with something else than a sign behind the text */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Whether so many signs stand in a row within; yes where that is so little that it says nothing. */
  has(length: number, from: number, to: number): boolean {
    if (length < shortest) return true
    if (from < this.#from || from > this.#to) {
      this.#found = []
      this.#from = Math.max(0, from - slack)
      this.#to = this.#from
    }
    if (to > this.#to) this.#look(to)
    for (let at = this.#found.length - 2; at >= 0; at -= 2) {
      const end = this.#found[at + 1] ?? 0
      if (end < from) return false
      if (Math.min(end, to) - Math.max(this.#found[at] ?? 0, from) >= length) return true
    }
    return false
  }

  /** Each stretch of the shortest length is looked at from its end, so that most places are passed over. */
  #look(to: number): void {
    const bytes = this.#bytes
    let begin = this.#to
    while (begin < to) {
      let at = begin + shortest - 1
      while (at >= begin && signs[bytes[at] ?? 0] === 1) at -= 1
      if (at < begin) {
        let end = begin + shortest
        while (signs[bytes[end] ?? 0] === 1) end += 1
        this.#found.push(begin, end)
        at = end
      }
      begin = at + 1
    }
    this.#to = begin
  }
}
