/** A text that is put together of more pieces takes many times its length until they are joined. */
const mostPieces = 1000

/** What has come of a stream and waits for more, one character a byte. Whoever sends it byte by byte makes it no larger. */
export class HeldText {
  #text = ''
  #pieces = 0

  get length(): number {
    return this.#text.length
  }

  get text(): string {
    return this.#text
  }

  set text(text: string) {
    this.#text = text
    this.#pieces = 1
  }

  add(text: string): void {
    this.#text += text
    this.#pieces += 1
    if (this.#pieces >= mostPieces) this.text = ownCopy(this.#text)
  }
}

/** A part of a string keeps the whole of it in memory. */
export const ownCopy = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')
