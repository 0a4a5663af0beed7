import { X509Certificate } from 'node:crypto'

/** Node's TLS, as far as it is needed here. */
export interface TrustStore {
  getCACertificates(kind: 'default' | 'system'): readonly string[]
  setDefaultCACertificates(certificates: readonly string[]): void
}

/** Trusts what the system trusts, a company's own authority among it. Where the system's cannot be read, what Node has stays; returns why, or null. */
export function trustSystem(tls: TrustStore): string | null {
  try {
    const system = tls.getCACertificates('system')
    const all = [...new Set([...tls.getCACertificates('default'), ...system.filter(isCertificate)])]
    tls.setDefaultCACertificates(all)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** One that is broken must not take the others with it. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}
