import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Pairs, Replacer, replaceAll } from './replacer.ts'
import { variantsOf } from './variants.ts'

const secret = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_+/=.$ "\\&<é'), minLength: 10, maxLength: 60 })
const encodings: readonly ((text: string) => string | Buffer)[] = [
  (text) => text,
  (text) => JSON.stringify({ key: text }),
  (text) => JSON.stringify({ nested: JSON.stringify({ key: text }) }),
  (text) => encodeURIComponent(text),
  (text) => new URLSearchParams({ key: text }).toString(),
  (text) => Buffer.from(text).toString('hex'),
  (text) => Buffer.from(text).toString('hex').toUpperCase(),
  (text) => Buffer.from(`user:${text}`).toString('base64'),
  (text) => Buffer.from(`a${text}`).toString('base64'),
  (text) => Buffer.from(`ab${text}!`).toString('base64url'),
  (text) => Buffer.from(text).toString('base64'),
  // In lines: as mail has it, as keys have it, and as GitHub has it in JSON.
  (text) => inLines(Buffer.from(`a${text}bc`).toString('base64'), 12, '\r\n'),
  (text) => inLines(Buffer.from(`ab${text}`).toString('base64'), 60, '\n'),
  (text) => inLines(Buffer.from(text).toString('base64'), 13, String.raw`\n`),
]
const inLines = (text: string, length: number, end: string) => (text.match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join(end)

/** In pieces of any size. */
function inPieces(pairs: Pairs, whole: Buffer, cuts: readonly number[]): Buffer {
  const replacer = new Replacer(pairs)
  const out: Buffer[] = []
  let at = 0
  for (const cut of [...cuts.map((each) => each % (whole.length + 1)), whole.length].sort((a, b) => a - b)) {
    out.push(replacer.write(whole.subarray(at, cut)))
    at = cut
  }
  return Buffer.concat([...out, replacer.end()])
}

/** Everything that a reader could decode out of it. */
function readings(bytes: Buffer): string[] {
  const text = bytes.toString('utf8')
  const unfolded = text.replaceAll(/\r?\n|(?:\\r)?\\n/g, '')
  const decode = (work: () => string) => {
    try {
      return work()
    } catch {
      return ''
    }
  }
  const base64 = [text, unfolded].flatMap((each) => [...each.matchAll(/[A-Za-z0-9+/_-]{8,}={0,2}/g)]).map(([each]) => Buffer.from(each, 'base64').toString('utf8'))
  const hexadecimal = [...text.matchAll(/(?:[0-9a-f]{2}){4,}/gi)].map(([each]) => Buffer.from(each, 'hex').toString('utf8'))
  return [text, decode(() => decodeURIComponent(text)), decode(() => decodeURIComponent(text.replaceAll('+', ' '))), ...decodedJson(text), ...base64, ...hexadecimal]
}

function decodedJson(text: string): string[] {
  const found: string[] = []
  for (const [, inner = ''] of text.matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
    try {
      const value = JSON.parse(`"${inner}"`) as string
      found.push(value, ...(value === text ? [] : decodedJson(value)))
    } catch {
      // Not JSON, then.
    }
  }
  return found
}

test('no value passes: any secrets, in any writing, anywhere, in pieces of any size', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(secret, { minLength: 1, maxLength: 5 }),
      fc.array(fc.record({ which: fc.nat(), how: fc.nat(), before: fc.string({ maxLength: 12 }), after: fc.string({ maxLength: 12 }) }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(), { maxLength: 40 }),
      (secrets, parts, cuts) => {
        const pairs = new Pairs(secrets.flatMap((value, index) => variantsOf(value, String(index).repeat(value.length))))
        const whole = Buffer.from(parts.map(({ which, how, before, after }) => `${before} ${String(encodings[how % encodings.length]?.(secrets[which % secrets.length] ?? ''))} ${after}`).join('\n'))
        const out = inPieces(pairs, whole, cuts)
        const seen = readings(out)
        for (const { which } of parts) {
          const value = secrets[which % secrets.length] ?? ''
          for (const reading of seen) expect(reading.includes(value)).toBe(false)
        }
        // The pieces it came in make no difference.
        expect(out.equals(inPieces(pairs, whole, []))).toBe(true)
      },
    ),
    { numRuns: 600 },
  )
})

test('what holds no secret comes out as it went in, byte for byte', () => {
  const pairs = new Pairs(variantsOf('sk-live-abcdefghijkl', 'sk-live-00000000000l'))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.array(fc.nat(), { maxLength: 10 }), (bytes, cuts) => {
      expect(inPieces(pairs, Buffer.from(bytes), cuts).equals(Buffer.from(bytes))).toBe(true)
    }),
  )
})

test('where there is nothing to look for, all goes by', () => {
  expect(inPieces(new Pairs([]), Buffer.from('sk-live-abcdefghijkl'), [3, 9]).toString()).toBe('sk-live-abcdefghijkl')
})

describe('a stream', () => {
  const pairs = new Pairs(variantsOf('sk-live-abcdefghijkl', 'sk-live-00000000000l'))

  test('is not held up by what is no part of a secret', () => {
    const replacer = new Replacer(pairs)
    expect(replacer.write(Buffer.from('data: hello\n\n')).toString()).toBe('data: hello\n\n')
    expect(replacer.write(Buffer.from('data: sk-l')).toString()).toBe('data: ')
    expect(replacer.write(Buffer.from('ater')).toString()).toBe('sk-later')
  })

  test('one secret that begins with another is replaced whole, also in pieces', () => {
    const nested = new Pairs([...variantsOf('token-abcdef', 'token-000000'), ...variantsOf('token-abcdefghijklmn', 'token-11111111111111')])
    expect(inPieces(nested, Buffer.from('x token-abcdefghijklmn y'), [8, 14, 15]).toString()).toBe('x token-11111111111111 y')
    expect(inPieces(nested, Buffer.from('x token-abcdefghX'), [14]).toString()).toBe('x token-000000ghX')
  })

  test('a placeholder of the same length keeps every writing’s length, where the value needs no escaping', () => {
    expect(pairs.keepsLength).toBe(true)
    expect(replaceAll(pairs, `{"a":"sk-live-abcdefghijkl","b":"${Buffer.from('sk-live-abcdefghijkl').toString('base64')}"}`)).toEqual({
      text: `{"a":"sk-live-00000000000l","b":"${Buffer.from('sk-live-00000000000l').toString('base64')}"}`,
      count: 2,
    })
  })
})
