import type { Duplex } from 'node:stream'
import { constants, createBrotliCompress, createBrotliDecompress, createDeflate, createGunzip, createGzip, createInflate, createZstdCompress, createZstdDecompress } from 'node:zlib'

/** Content codings (RFC 9110, section 8.4.1; RFC 7932; RFC 8878) that can be opened and closed as bytes flow. */
const codings: Readonly<Record<string, { readonly open: () => Duplex; readonly close: () => Duplex }>> = {
  gzip: { open: createGunzip, close: () => createGzip({ flush: constants.Z_SYNC_FLUSH, level: 4 }) },
  'x-gzip': { open: createGunzip, close: () => createGzip({ flush: constants.Z_SYNC_FLUSH, level: 4 }) },
  deflate: { open: createInflate, close: () => createDeflate({ flush: constants.Z_SYNC_FLUSH, level: 4 }) },
  br: { open: createBrotliDecompress, close: () => createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH, params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }) },
  zstd: { open: createZstdDecompress, close: () => createZstdCompress({ flush: constants.ZSTD_e_flush }) },
}

export const acceptedCodings = 'gzip, deflate, br, zstd'

/** The coding of a message; `null` for none. @throws where it is one that cannot be opened, or several. */
export function codingOf(header: string | undefined): { readonly open: () => Duplex; readonly close: () => Duplex } | null {
  const name = (header ?? 'identity').trim().toLowerCase()
  if (name === 'identity' || name === '') return null
  const coding = Object.hasOwn(codings, name) ? codings[name] : undefined
  if (coding === undefined) throw new Error(`Its content coding (${name.slice(0, 40)}) cannot be opened.`)
  return coding
}
