import type { Duplex } from 'node:stream'
import {
  brotliDecompressSync,
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createDeflate,
  createDeflateRaw,
  createGunzip,
  createGzip,
  createInflate,
  createInflateRaw,
  createZstdCompress,
  createZstdDecompress,
  inflateRawSync,
  inflateSync,
} from 'node:zlib'
import { DecodingStream } from './decoding.ts'
import type { Format } from './decoding.ts'

/** How bytes are opened and closed as they flow. */
export interface Coding {
  readonly name: string
  /** `broken`: how it is told that it cannot be opened to its end, and why. */
  readonly open: (broken: (reason: string) => Error) => Duplex
  readonly close: () => Duplex
}

/** A coding that a message is labelled with; its first bytes decide whether it has it. */
export interface Label {
  /** `null` where it is not coded at all, or empty: it goes as it is. */
  of(first: Buffer): Coding | null
}

const zlibOptions = { flush: constants.Z_SYNC_FLUSH, level: 4 }
/** Members may follow each other (RFC 1952, section 2.2). */
export const gzipFormat: Format = { open: createGunzip, goesOn: 'behind zeros' }
export const zstdFormat: Format = { open: createZstdDecompress, goesOn: 'in frames' }
const coding = (name: string, format: Format, close: () => Duplex): Coding => ({
  name,
  open: (broken) => new DecodingStream(format, broken),
  close,
})
const gzip = coding('gzip', gzipFormat, () => createGzip(zlibOptions))
const zlib = coding('deflate', { open: createInflate, goesOn: 'never' }, () => createDeflate(zlibOptions))
const rawDeflate = coding('deflate', { open: createInflateRaw, goesOn: 'never' }, () => createDeflateRaw(zlibOptions))
const brotli = coding('br', { open: createBrotliDecompress, goesOn: 'never' }, () =>
  createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH, params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
)
const zstd = coding('zstd', zstdFormat, () => createZstdCompress({ flush: constants.ZSTD_e_flush }))

/** Enough of a body to tell by. */
export const sniffBytes = 4
const isGzip = (first: Buffer) => first[0] === 0x1f && first[1] === 0x8b
const isZstd = (first: Buffer) =>
  first.length >= 4 && (first.readUInt32LE() === 0xfd2fb528 || (first.readUInt32LE() & 0xfffffff0) >>> 0 === 0x184d2a50)
const isZlib = (first: Buffer) => first.length >= 2 && ((first[0] ?? 0) & 0x0f) === 8 && first.readUInt16BE() % 31 === 0
/** In as many a value cannot stand whole, however they are coded. */
const fewBytes = 8
/** No compressed body begins so; one that breaks later is not taken for plain, as what it opens to up to there would pass. */
const isText = (first: Buffer) =>
  first.subarray(0, 64).every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 0x20 && byte !== 0x7f))
const opens = (work: () => unknown) => {
  try {
    work()
    return true
  } catch {
    return false
  }
}

/** Content codings (RFC 9110, section 8.4.1; RFC 7932; RFC 8878) that can be opened; servers mean either form by `deflate`. */
const labels: Readonly<Record<string, (first: Buffer) => Coding | null>> = {
  gzip: () => null,
  'x-gzip': () => null,
  zstd: () => null,
  deflate: (first) =>
    isText(first) && !opens(() => inflateRawSync(first, { finishFlush: constants.Z_SYNC_FLUSH })) ? null : rawDeflate,
  br: (first) =>
    isText(first) && !opens(() => brotliDecompressSync(first, { finishFlush: constants.BROTLI_OPERATION_FLUSH }))
      ? null
      : brotli,
}
/** What stands there and codes nothing: AWS’s framing of pieces, and what was meant for other headers. */
const transparent: ReadonlySet<string> = new Set([
  '',
  'identity',
  'none',
  'aws-chunked',
  'utf-8',
  'utf8',
  'us-ascii',
  'iso-8859-1',
  'binary',
  '7bit',
  '8bit',
])

/** Said of a coding that cannot be opened. */
export class CodingUnknown extends Error {
  override readonly name = 'CodingUnknown'
}

/** By which coding a message is labelled; `null` for none. @throws {CodingUnknown} for one that cannot be opened, or several. */
export function labelOf(header: string | undefined): Label | null {
  const names = (header ?? '').split(',').map((each) => each.trim().toLowerCase())
  const [name, ...more] = names.filter((each) => !transparent.has(each))
  if (name === undefined) return null
  const labelled = Object.hasOwn(labels, name) ? labels[name] : undefined
  if (labelled === undefined || more.length > 0 || names.includes('aws-chunked'))
    throw new CodingUnknown(
      `its content coding (${names.join(', ').slice(0, 60)}) is not one that can be opened (gzip, deflate, br or zstd, and one alone)`,
    )
  // What is there counts more than what is said of it.
  return {
    of: (first) =>
      isGzip(first)
        ? gzip
        : isZstd(first)
          ? zstd
          : first.length === 0
            ? null
            : isZlib(first) &&
                opens(() => inflateSync(first.subarray(0, fewBytes), { finishFlush: constants.Z_SYNC_FLUSH }))
              ? zlib
              : labelled(first),
  }
}

const openable = ['gzip', 'deflate', 'br', 'zstd']

/** What to ask for (RFC 9110, section 12.5.3): what the program named and what can be opened, no more. */
export function codingsAskedFor(accepted: string | undefined): string {
  const named = (accepted ?? '').split(',').flatMap((each) => {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((part) => /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(part))
    return name === ''
      ? []
      : [
          {
            name,
            weight: weight === undefined ? '' : `;${weight}`,
            isRefused: weight !== undefined && Number(weight.slice(2)) === 0,
          },
        ]
  })
  const out = named.flatMap(({ name, weight, isRefused }) => {
    if (name !== '*') return Object.hasOwn(labels, name) || name === 'identity' ? [name + weight] : []
    // Any that there is would be one that cannot be opened too.
    return isRefused
      ? [`*${weight}`]
      : openable.filter((each) => !named.some((other) => other.name === each)).map((each) => each + weight)
  })
  return out.length === 0 ? 'identity' : out.join(', ')
}
