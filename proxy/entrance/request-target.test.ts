import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isInFirstLine, percentEncoded, withAsciiTarget } from './request-target.ts'

test('what stands beyond ASCII in the first line is percent-encoded, and nothing behind it', () => {
  const rest = '\r\nHost: ä\r\n\r\nö'
  expect(withAsciiTarget(Buffer.from(`GET /Grüße?q=好 HTTP/1.1${rest}`))?.toString()).toBe(
    `GET /Gr%C3%BC%C3%9Fe?q=%E5%A5%BD HTTP/1.1${rest}`,
  )
  expect(withAsciiTarget(Buffer.from([0x47, 0x20, 0xff, 0x20, 0x0a]))?.toString('latin1')).toBe('G %FF \n')
  for (const same of ['', 'GET / HTTP/1.1\r\nHost: ä\r\n\r\n', 'GET /ä', 'GET /%C3%A4 HTTP/1.1\r\n'])
    expect(withAsciiTarget(Buffer.from(same))).toBeNull()
})

test('whatever bytes a line has, decoding what is encoded gives them back, and it is ASCII', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const line = Buffer.from(bytes.filter((byte) => byte !== 10 && byte !== 13 && byte !== 0x25))
      const encoded =
        withAsciiTarget(Buffer.concat([line, Buffer.from('\n')])) ?? Buffer.concat([line, Buffer.from('\n')])
      expect(encoded.every((byte) => byte < 128)).toBe(true)
      const decoded = encoded
        .toString('latin1')
        .replaceAll(/%([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      expect(Buffer.from(decoded, 'latin1').subarray(0, -1)).toEqual(line)
    }),
  )
})

test('text beyond latin1 is encoded as UTF-8', () => {
  expect(percentEncoded('/好')).toBe('/%E5%A5%BD')
})

test('empty lines before the first are let be, and as long as it has no end more is to come', () => {
  for (const empty of ['', '\r\n', '\n\n', '\r\n\r\n']) {
    expect(withAsciiTarget(Buffer.from(`${empty}GET /ä HTTP/1.1\r\nHost: ö`))?.toString()).toBe(
      'GET /%C3%A4 HTTP/1.1\r\nHost: ö',
    )
    for (const begun of ['', 'GET', 'GET /ä HTTP/1.1\r']) expect(isInFirstLine(Buffer.from(empty + begun))).toBe(true)
    expect(isInFirstLine(Buffer.from(`${empty}GET / HTTP/1.1\r\n`))).toBe(false)
  }
  expect(isInFirstLine(Buffer.alloc(64 * 1024, 'a'))).toBe(false)
})
