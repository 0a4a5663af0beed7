import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

/** What the image brought along; at its usual place it leads to `bundle`. */
const usual = '/usr/share/arcx/ca-certificates.crt'
/** Every authority to trust, for programs that read PEM. The system's own store leads here. */
export const bundle = '/run/arcx-certificates.pem'
/** The same for Java, which reads no PEM. */
export const javaStore = '/run/arcx-certificates.jks'
/** Java's own; the store holds nothing that is secret. */
export const javaStorePassword = 'changeit'

/** Has all programs trust the deployment's authority beside the usual ones; without one, the usual ones alone. */
export function trust(authority: string | null): void {
  const known = readFileSync(usual, 'utf8')
  writeFileSync(bundle, authority === null ? known : `${known}\n${authority}\n`, { mode: 0o644 })
  if (authority !== null)
    writeFileSync(javaStore, javaKeyStore([...certificatesIn(known), ...certificatesIn(authority)]), { mode: 0o644 })
}

function certificatesIn(pem: string): Buffer[] {
  return [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)].map(([, body = '']) =>
    Buffer.from(body, 'base64'),
  )
}

/** A key store of trusted certificates in Java's first format, version 2 (sun.security.provider.JavaKeyStore), which every Java reads. */
export function javaKeyStore(certificates: readonly Buffer[]): Buffer {
  const numbers = (...each: number[]) => {
    const bytes = Buffer.alloc(4 * each.length)
    for (const [index, number] of each.entries()) bytes.writeUInt32BE(number, 4 * index)
    return bytes
  }
  const text = (words: string) => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(Buffer.byteLength(words))
    return Buffer.concat([length, Buffer.from(words)])
  }
  const trusted = 2
  const entries = certificates.map((certificate, index) =>
    Buffer.concat([
      numbers(trusted),
      text(`arcx-${index}`),
      Buffer.alloc(8),
      text('X.509'),
      numbers(certificate.length),
      certificate,
    ]),
  )
  const body = Buffer.concat([numbers(0xfe_ed_fe_ed, 2, certificates.length), ...entries])
  const password = Buffer.from(javaStorePassword, 'utf16le').swap16()
  return Buffer.concat([body, createHash('sha1').update(password).update('Mighty Aphrodite').update(body).digest()])
}
