import type { LogLine, Tracked } from '@arcx/router'

const headerBytes = 8

/**
 * Reads the engine's log stream: frames of an 8-byte header (stream, three zeros, length as big-endian uint32) and a
 * line `TIMESTAMP text`. An item's id is its timestamp, with a count behind it where several lines share one.
 */
export class LogFrames {
  #rest: Buffer = Buffer.alloc(0)
  #lastAt = ''
  #sameAt = 0

  read(chunk: Buffer): Tracked<LogLine>[] {
    let buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const lines: Tracked<LogLine>[] = []
    while (buffer.length >= headerBytes) {
      const end = headerBytes + buffer.readUInt32BE(4)
      if (buffer.length < end) break
      const frame = buffer.toString('utf8', headerBytes, end)
      const cut = frame.indexOf(' ')
      const at = frame.slice(0, cut)
      this.#sameAt = at === this.#lastAt ? this.#sameAt + 1 : 0
      this.#lastAt = at
      lines.push({
        id: `${at}/${this.#sameAt}`,
        data: { at, stream: buffer[0] === 2 ? 'stderr' : 'stdout', text: frame.slice(cut + 1).replace(/\r?\n$/, '') },
      })
      buffer = buffer.subarray(end)
    }
    this.#rest = buffer
    return lines
  }
}
