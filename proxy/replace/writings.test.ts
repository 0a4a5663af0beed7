import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { oddWritings, writings } from '@arcx/testing/writings'
import { Pairs } from './pairs.ts'
import { Replacer } from './replacer.ts'
import { variantsOf } from './variants.ts'

/** Keys as they are, and passwords with all that has to be escaped. */
const values = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abcdefXYZ0123456789-_'), minLength: 12, maxLength: 50 }),
  fc.uint8Array({ minLength: 12, maxLength: 48 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  fc.string({ unit: fc.constantFrom(...'abcXYZ0189&<>\'"+/= -_'), minLength: 12, maxLength: 50 }),
)
/** What stands around: nothing that is part of the writing itself. */
const around = fc.constantFrom('', ' ', '"', '\n', 'data: {"text":"', '(', 'über ', '\0', '{"a":1}\n\n')
const stand = (value: string) => `Q${'z'.repeat(value.length - 1)}`

function inPieces(replacer: Replacer, whole: Buffer, cuts: readonly number[]): Buffer {
  const out: Buffer[] = []
  let at = 0
  for (const cut of [...cuts.map((each) => each % (whole.length + 1)), whole.length].sort((a, b) => a - b)) {
    out.push(replacer.write(whole.subarray(at, cut)))
    at = cut
  }
  return Buffer.concat([...out, replacer.end()])
}

const all = Object.entries({ ...writings, ...oddWritings })

describe('a value does not pass, in pieces of any size, and all around it does', () => {
  test.each(all)('%s', (_how, write) => {
    fc.assert(
      fc.property(values, around, around, fc.array(fc.nat(), { maxLength: 30 }), (value, before, after, cuts) => {
        const written = Buffer.from(write(value), 'latin1')
        const whole = Buffer.concat([Buffer.from(before), written, Buffer.from(after)])
        const replacer = new Replacer(new Pairs(variantsOf(value, stand(value), 'KEY')))
        const out = inPieces(replacer, whole, cuts)
        expect(replacer.count).toBe(1)
        expect([...replacer.owners]).toEqual(['KEY'])
        expect(out.includes(written)).toBe(false)
        expect(out.subarray(0, Buffer.byteLength(before)).toString()).toBe(before)
        expect(out.subarray(out.length - Buffer.byteLength(after)).toString()).toBe(after)
        // The pieces it came in make no difference.
        expect(out.equals(inPieces(new Replacer(new Pairs(variantsOf(value, stand(value), 'KEY'))), whole, []))).toBe(
          true,
        )
      }),
      { numRuns: 40 },
    )
  })
})

test('a value does not pass where each of its first characters is written in a way of its own, also among signs that begin an escape and are none', () => {
  const hex = (sign: string) => sign.charCodeAt(0).toString(16).toUpperCase()
  const named: Readonly<Record<string, string>> = {
    "'": '&apos;',
    '"': '&quot;',
    '<': '&lt;',
    '>': '&gt;',
    '&': '&amp;',
  }
  const ways: readonly ((sign: string) => string)[] = [
    (sign) => sign,
    (sign) => named[sign] ?? sign,
    (sign) => `&#${sign.charCodeAt(0)};`,
    (sign) => `%${hex(sign)}`,
    (sign) => `=${hex(sign)}`,
    (sign) => String.raw`\u00${hex(sign)}`,
    (sign) => String.raw`\x${hex(sign)}`,
  ]
  const characters = fc.constantFrom(...`'"<>&\\%=+aB41 /;xu#`)
  const way = fc.constantFrom(...ways)
  const check = (value: string, written: string) => {
    const replacer = new Replacer(new Pairs(variantsOf(value, stand(value), 'KEY')))
    inPieces(replacer, Buffer.from(written), [])
    expect(replacer.count, written).toBe(1)
  }
  const rest = 'a'.repeat(12)
  check(`'<=${rest}`, `&apos;&lt;=${rest}`)
  check(String.raw`'\<${rest}`, String.raw`&apos;\&lt;${rest}`)
  check(`%%${rest}`, `%%25${rest}`)
  fc.assert(
    fc.property(fc.array(fc.tuple(characters, way), { minLength: 3, maxLength: 6 }), (beginning) =>
      check(
        beginning.map(([sign]) => sign).join('') + rest,
        beginning.map(([sign, write]) => write(sign)).join('') + rest,
      ),
    ),
    { numRuns: 2000 },
  )
})

test('a value with a space before what is escaped does not pass, wherever the pieces end', () => {
  const value = 'aa a>aaaaaaaaaaaa'
  const written = Buffer.from(value.replace('>', String.raw`\u003e`))
  for (let cut = 0; cut <= written.length; cut += 1) {
    const replacer = new Replacer(new Pairs(variantsOf(value, stand(value), 'KEY')))
    inPieces(replacer, written, [cut])
    expect(replacer.count, `cut at ${cut}`).toBe(1)
  }
})

describe('what stands instead is the placeholder in the same writing, and as long', () => {
  /** Without anything that has to be escaped. */
  const plain = fc.string({ unit: fc.constantFrom(...'abcdefXYZ0123456789-_'), minLength: 12, maxLength: 50 })
  // Numbers of two digits have no room for three; in base64 twice over, and in one with a slash escaped, borders or lengths differ.
  const others = new Set([
    'HTML, all in numbers',
    'HTML, numbers with zeros',
    'the other case',
    'base64 twice',
    'base64 twice, second',
    'base64 in JSON as PHP has it',
  ])
  test.each(all.filter(([how]) => !others.has(how)))('%s', (_how, write) => {
    fc.assert(
      fc.property(plain, fc.array(fc.nat(), { maxLength: 12 }), (value, cuts) => {
        const [key, other] = [`kA${value}`, `Zy8${'w7'.repeat(value.length)}`.slice(0, value.length + 2)]
        const out = inPieces(
          new Replacer(new Pairs(variantsOf(key, other, 'KEY'))),
          Buffer.from(write(key), 'latin1'),
          cuts,
        )
        expect(out.toString('latin1')).toBe(write(other))
      }),
      { numRuns: 30 },
    )
  })
})

describe('encoders’ own output, as they printed it', () => {
  const value = `a&b<c>d'e"f+g/h=i1`
  test.each([
    ['Go, encoding/json', String.raw`{"k":"a\u0026b\u003cc\u003ed'e\"f+g/h=i1"}`],
    ['Go, html.EscapeString', `a&amp;b&lt;c&gt;d&#39;e&#34;f+g/h=i1`],
    ['Go, html/template', `a&amp;b&lt;c&gt;d&#39;e&#34;f&#43;g/h=i1`],
    ['Python, html.escape', `a&amp;b&lt;c&gt;d&#x27;e&quot;f+g/h=i1`],
    ['Python, quopri', `a&b<c>d'e"f+g/h=3Di1`],
    ['Rails, to_json', String.raw`{"k":"a\u0026b\u003cc\u003ed'e\"f+g/h=i1"}`],
    ['.NET, System.Text.Json', String.raw`{"k":"a\u0026b\u003Cc\u003Ed\u0027e\u0022f\u002Bg/h=i1"}`],
    ['PHP, json_encode', String.raw`{"k":"a&b<c>d'e\"f+g\/h=i1"}`],
    ['PHP, htmlspecialchars', `a&amp;b&lt;c&gt;d&#039;e&quot;f+g/h=i1`],
    ['PHP, rawurlencode', `a%26b%3Cc%3Ed%27e%22f%2Bg%2Fh%3Di1`],
    ['Java, OWASP for HTML attributes', `a&amp;b&lt;c>d&#39;e&#34;f+g/h=i1`],
    ['Jinja and MarkupSafe', `a&amp;b&lt;c&gt;d&#39;e&#34;f+g/h=i1`],
    ['XML', `a&amp;b&lt;c&gt;d&apos;e&quot;f+g/h=i1`],
    ['handlebars', `a&amp;b&lt;c&gt;d&#x27;e&quot;f+g/h&#x3D;i1`],
    ['GSON', String.raw`{"k":"a\u0026b\u003cc\u003ed\u0027e\"f+g/h\u003di1"}`],
  ])('%s', (_which, printed) => {
    const replacer = new Replacer(new Pairs(variantsOf(value, 'Q'.repeat(value.length), 'KEY')))
    const out = Buffer.concat([replacer.write(Buffer.from(printed)), replacer.end()]).toString()
    expect(replacer.count).toBe(1)
    expect(out).not.toMatch(/a[&\\%]|g\\?\/h|i1/)
  })
})

test('what holds no secret comes out as it went in, whatever escapes and gaps stand in it', () => {
  const pairs = new Pairs(
    ['sk-live-abcdefghijkl', `p&ss<w>rd "with" all/it=1`].flatMap((value) => variantsOf(value, stand(value), 'KEY')),
  )
  const pieces = fc.constantFrom(
    '\\u0073',
    '\\',
    '%73',
    '%',
    '&#115;',
    '&amp;',
    '&',
    '=73',
    '=\r\n',
    '=',
    ' ',
    '\n',
    '\r\n',
    '\\n',
    's',
    'k',
    '-',
    'live',
    'c2st',
    'bGl2',
    '73:6b',
    '\0',
    'p',
    'text ',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), fc.array(fc.nat(), { maxLength: 10 }), (parts, cuts) => {
      const whole = Buffer.from(parts.join(''))
      expect(inPieces(new Replacer(pairs), whole, cuts).equals(whole)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('a stream of events goes on at once, however many secrets there are', () => {
  const replacer = new Replacer(
    new Pairs(
      Array.from({ length: 30 }, (_, index) => `sk-live-${'abcdefghij'.slice(index % 10)}${index}-0123456789`).flatMap(
        (value) => variantsOf(value, stand(value), 'KEY'),
      ),
    ),
  )
  for (const token of ['Hello', ' world', 'sk', ' %20', '\\u0041', 'a=b', '&', 'QUJD REVG', ' 100% = "x"']) {
    const event = `data: ${JSON.stringify({ choices: [{ delta: { content: token } }] })}\n\n`
    expect(replacer.write(Buffer.from(event)).toString()).toBe(event)
  }
})

test('an escaped character of several bytes where a value has its last ones is something else', () => {
  const value = 'sk-live-abcdefghijkl'
  const pairs = new Pairs(variantsOf(value, stand(value), 'KEY'))
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values({ ...writings, ...oddWritings })),
      fc.nat({ max: 8 }),
      fc.constantFrom('\\u00e9', '\\u20ac', '\\ud83d\\ude00', '&#233;', '&#x1F600;', '%u20ac', '\\u{1f600}', '\\xe9'),
      (write, left, character) => {
        const written = write(value)
        const whole = Buffer.from(written.slice(0, written.length - 1 - left) + character, 'latin1')
        expect(() => inPieces(new Replacer(pairs), whole, [])).not.toThrow()
      },
    ),
    { numRuns: 500 },
  )
})
