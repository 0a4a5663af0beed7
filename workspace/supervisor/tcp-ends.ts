import { Duplex } from 'node:stream'

const headerBytes = 4
const endFrame = Buffer.alloc(headerBytes)
/** Greater ones are written in pieces. */
const longestFrame = 1024 * 1024

/**
 * The ends of a TCP connection over a connection that has but one: frames of a length (big-endian uint32) and as many
 * bytes; a length of 0 is the end of what that side sends. A connection that closes before both have ended was reset:
 * here that is an error, and to destroy this before both have ended resets the other side.
 */
export class TcpEnds extends Duplex {
  readonly #carrier: Duplex
  #header: Buffer = Buffer.alloc(0)
  #left = 0
  #heardEnd = false
  #saidEnd = false

  constructor(carrier: Duplex) {
    super({ allowHalfOpen: true, autoDestroy: false })
    this.#carrier = carrier
    carrier.on('error', () => this.#lost())
    carrier.on('end', () => this.#lost())
    carrier.on('close', () => this.#lost())
    carrier.on('data', (bytes: Buffer) => {
      if (!this.#take(bytes)) carrier.pause()
    })
    carrier.pause()
  }

  /** Both sides have ended. */
  get over(): boolean {
    return this.#heardEnd && this.#saidEnd
  }

  override _read(): void {
    this.#carrier.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const frames: Buffer[] = []
    for (let at = 0; at < bytes.length; at += longestFrame) {
      const piece = bytes.subarray(at, at + longestFrame)
      const header = Buffer.alloc(headerBytes)
      header.writeUInt32BE(piece.length)
      frames.push(header, piece)
    }
    if (frames.length === 0) return done()
    this.#carrier.cork()
    frames.forEach((frame, index) =>
      index === frames.length - 1 ? this.#carrier.write(frame, done) : this.#carrier.write(frame),
    )
    this.#carrier.uncork()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#saidEnd = true
    this.#carrier.write(endFrame, done)
    this.#settle()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.over) this.#carrier.destroy()
    done(error)
  }

  /** False where no more is wanted just now. */
  #take(bytes: Buffer): boolean {
    let wanted = true
    while (bytes.length > 0 && !this.#heardEnd) {
      if (this.#left === 0) {
        const taken = bytes.subarray(0, headerBytes - this.#header.length)
        this.#header = Buffer.concat([this.#header, taken])
        bytes = bytes.subarray(taken.length)
        if (this.#header.length < headerBytes) return wanted
        this.#left = this.#header.readUInt32BE(0)
        this.#header = Buffer.alloc(0)
        if (this.#left === 0) {
          this.#heardEnd = true
          this.push(null)
          this.#settle()
          // Read on: how the carrier ends is to be heard.
          return true
        }
      }
      const piece = bytes.subarray(0, this.#left)
      bytes = bytes.subarray(piece.length)
      this.#left -= piece.length
      if (piece.length > 0) wanted = this.push(piece)
    }
    return wanted
  }

  #settle(): void {
    if (!this.over) return
    // It closes once all that was written has gone.
    this.#carrier.end()
    this.#carrier.resume()
  }

  #lost(): void {
    if (this.over) this.#whenRead(() => this.destroy())
    else this.destroy(new Error('The connection was reset.'))
  }

  /** What has come is handed over first. */
  #whenRead(then: () => void): void {
    if (this.readableEnded || this.destroyed) then()
    else this.once('end', then)
  }
}
