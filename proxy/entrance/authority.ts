// What @peculiar/x509 is put together with asks for it.
import 'reflect-metadata'
import {
  X509CertificateGenerator,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  cryptoProvider,
} from '@peculiar/x509'
import { webcrypto } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'

cryptoProvider.set(webcrypto as never)
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const dayMs = 24 * 3600 * 1000
const authorityDays = 3650
const leafDays = 7
const cachedLeaves = 1000

interface Leaf {
  readonly context: SecureContext
  readonly renewAt: number
}

/**
 * The authority of this deployment, which workspaces trust for what arc-proxy intercepts. Made at first start; its key
 * lies in a file that only arcx reads. Leaves live for a week, are made when first asked for, and kept.
 */
export class Authority {
  readonly certificatePem: string
  readonly #certificate: X509Certificate
  readonly #key: webcrypto.CryptoKey
  readonly #leaves = new Map<string, Promise<Leaf>>()

  private constructor(certificate: X509Certificate, key: webcrypto.CryptoKey) {
    this.#certificate = certificate
    this.#key = key
    this.certificatePem = certificate.toString('pem')
  }

  /** Reads it, or makes it where there is none. */
  static async open(file: string): Promise<Authority> {
    const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return null
    })
    if (kept === null) return Authority.#make(file)
    const [keyPem = '', certificatePem = ''] = kept.split(/(?=-----BEGIN CERTIFICATE-----)/)
    const key = await webcrypto.subtle.importKey('pkcs8', derOf(keyPem), algorithm, true, ['sign'])
    return new Authority(new X509Certificate(certificatePem), key)
  }

  static async #make(file: string): Promise<Authority> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const now = Date.now()
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: 'CN=arcx workspace authority',
      notBefore: new Date(now - dayMs),
      notAfter: new Date(now + authorityDays * dayMs),
      keys: keys as never,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    })
    const key = await pemOf(keys.privateKey)
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const draft = `${file}.${process.pid}`
    await writeFile(draft, `${key}${certificate.toString('pem')}\n`, { mode: 0o600 })
    await rename(draft, file)
    return new Authority(certificate, keys.privateKey)
  }

  /** A certificate for a host, as its server would show one. */
  async contextFor(host: string): Promise<SecureContext> {
    const known = this.#leaves.get(host)
    if (known !== undefined && (await known).renewAt > Date.now()) return (await known).context
    const leaf = this.#issue(host)
    if (this.#leaves.size >= cachedLeaves) this.#leaves.clear()
    this.#leaves.set(host, leaf)
    leaf.catch(() => this.#leaves.delete(host))
    return (await leaf).context
  }

  async #issue(host: string): Promise<Leaf> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const now = Date.now()
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: `CN=${host.slice(0, 60)}`,
      issuer: this.#certificate.subject,
      notBefore: new Date(now - dayMs),
      notAfter: new Date(now + leafDays * dayMs),
      publicKey: keys.publicKey as never,
      signingKey: this.#key as never,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
      ],
    })
    const context = createSecureContext({
      key: await pemOf(keys.privateKey),
      cert: `${certificate.toString('pem')}\n${this.certificatePem}`,
      minVersion: 'TLSv1.2',
    })
    return { context, renewAt: now + ((leafDays - 1) * dayMs) / 2 }
  }
}

const serial = () => Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)).with(0, 1)).toString('hex')
const derOf = (pem: string) => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END PRIVATE KEY-----\n`
}
