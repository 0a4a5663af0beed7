import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Pairs } from '@arcx/proxy/replace/pairs'
import { Replacer } from '@arcx/proxy/replace/replacer'
import { variantsOf } from '@arcx/proxy/replace/variants'
import type { Table } from './table.ts'

const secretCount = 20
const pieceBytes = 64 * 1024
const bytes = 4 * 1024 * 1024
/** So much at once that the clock of the processor’s time tells it. */
const rounds = 4
const tries = 8

/** The same in each run, so that runs can be compared. */
const digest = (of: string) => createHash('sha512').update(of).digest()
/** Paragraphs alone. */
const prose = (
  readFileSync(fileURLToPath(new URL('../docs/architecture.md', import.meta.url)), 'utf8').match(/^[A-Z].{200,}$/gm) ??
  []
)
  .join('\n')
  .replaceAll(/[`*=%&\\]/g, '')
const items = Array.from({ length: 600 }, (_, index) => ({
  id: index,
  name: `item number ${index}`,
  url: `https://example.com/things/${index}`,
}))
const everyThird = (write: (code: number) => string) =>
  prose.replaceAll(/[A-Za-z]{3}/g, (each) => each.slice(0, 2) + write(each.charCodeAt(2)))

const texts: Readonly<Record<string, string>> = {
  'compact JSON': JSON.stringify(items),
  'indented JSON': JSON.stringify(items, null, 2),
  'JSON in JSON': JSON.stringify({ inner: JSON.stringify(items) }),
  prose,
  addresses: items
    .map(
      ({ id, name }) => `https://example.com/things?id=${id}&name=${encodeURIComponent(name)}&next=%2Fthings%2F${id}`,
    )
    .join('\n'),
  HTML: items
    .map(({ id, name, url }) => `<li class="item item-${id}"><a href="${url}?a=1&amp;b=2">${name} &lt;new&gt;</a></li>`)
    .join('\n'),
  'every third letter percent-encoded': everyThird((code) => `%${code.toString(16).toUpperCase()}`),
  'every third letter an HTML number': everyThird((code) => `&#${code};`),
  'base64 in one line': Buffer.concat(Array.from({ length: 1000 }, (_, index) => digest(`one ${index}`))).toString(
    'base64',
  ),
  'base64 in lines of 76': (
    Buffer.concat(Array.from({ length: 1000 }, (_, index) => digest(`lines ${index}`)))
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n'),
}

/** The search for values in all their writings, beside `Buffer.indexOf` for each value where it stands as it is. */
export async function* benchSearching(): AsyncIterable<Table> {
  // Half of them begin alike, as an issuer's do, and half with anything.
  const values = Array.from(
    { length: secretCount },
    (_, index) => `${index % 2 === 0 ? 'sk-live-' : ''}${digest(`secret ${index}`).toString('base64').slice(0, 36)}`,
  )
  const pairs = new Pairs(values.flatMap((value) => variantsOf(value, 'x'.repeat(value.length), 'KEY')))
  const rows: Table['rows'][number][] = []
  for (const [what, text] of Object.entries(texts)) {
    const pieces = inPieces(Buffer.from(text))
    rows.push({
      what,
      ours: rateOf(() => {
        const replacer = new Replacer(pairs)
        for (const piece of pieces) replacer.write(piece)
        if (replacer.count > 0) throw new Error(`Something was found in ${what}.`)
      }),
      peer: rateOf(() => {
        for (const piece of pieces)
          for (const value of values) if (piece.includes(value)) throw new Error(`Something was found in ${what}.`)
      }),
      unit: 'MB per second',
    })
  }
  yield {
    title: `The search for ${secretCount} secrets in every writing, by the processor’s time (best of ${tries})`,
    peer: 'indexOf of each',
    rows,
  }
}

function inPieces(text: Buffer): readonly Buffer[] {
  const whole = Buffer.alloc(bytes, text)
  return Array.from({ length: bytes / pieceBytes }, (_, index) =>
    whole.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  )
}

function rateOf(run: () => void): number {
  const times = Array.from({ length: tries }, () => {
    const before = process.cpuUsage()
    for (let round = 0; round < rounds; round += 1) run()
    const { user, system } = process.cpuUsage(before)
    return user + system
  })
  return (rounds * bytes) / Math.max(1, Math.min(...times))
}
