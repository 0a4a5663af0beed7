const finBinary = 0x82

/** A whole binary message as a server sends it: one frame, unmasked (RFC 6455, section 5.2). */
export function framed(bytes: Uint8Array): Buffer {
  const { length } = bytes
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(head + length)
  frame[0] = finBinary
  if (head === 2) frame[1] = length
  else if (head === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.set(bytes, head)
  return frame
}
