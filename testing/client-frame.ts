import { randomBytes } from 'node:crypto'

/** A message of a WebSocket as a client masks it (RFC 6455, section 5.2), for clients that do as they like otherwise. */
export function clientFrame(message: string | Uint8Array): Buffer {
  const [payload, mask] = [Buffer.from(message), randomBytes(4)]
  const { length } = payload
  return Buffer.concat([
    Buffer.of(typeof message === 'string' ? 0x81 : 0x82),
    length < 126 ? Buffer.of(0x80 | length) : Buffer.of(0x80 | 126, length >> 8, length & 0xff),
    mask,
    payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)),
  ])
}
