/** What is wrong with a server's certificate. */
export type CertificateFault = 'untrusted' | 'time' | 'name' | 'revoked' | 'other'

const nothingSent = 'Nothing was sent there.'

/** For the person: what it is, and what to do about it. */
export function certificateMessage(host: string, fault: CertificateFault): string {
  switch (fault) {
    case 'untrusted':
      return `The certificate of ${host} comes from nobody whom this computer trusts; it may be signed by itself. ${nothingSent} If the server is yours, add its certificate, or that of its authority, to those that this system trusts, and start arcx again; otherwise ask whoever runs it.`
    case 'time':
      return `The certificate of ${host} is not valid today: it has expired, or is not valid yet. ${nothingSent} See whether this computer’s clock is right; if it is, whoever runs the server has to renew it.`
    case 'name':
      return `The certificate of ${host} is for another name. ${nothingSent} Check the address; if it is right, whoever runs the server has to get a certificate for it.`
    case 'revoked':
      return `The certificate of ${host} has been revoked. ${nothingSent} Whoever runs the server has to get another.`
    case 'other':
      return `The certificate of ${host} cannot be accepted. ${nothingSent} Ask whoever runs the server.`
  }
}

const byNode: Readonly<Record<string, CertificateFault>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_HAS_EXPIRED: 'time',
  CERT_NOT_YET_VALID: 'time',
  ERR_TLS_CERT_ALTNAME_INVALID: 'name',
  HOSTNAME_MISMATCH: 'name',
  CERT_REVOKED: 'revoked',
  CERT_CHAIN_TOO_LONG: 'other',
  CERT_REJECTED: 'other',
  CERT_SIGNATURE_FAILURE: 'other',
  INVALID_CA: 'other',
  INVALID_PURPOSE: 'other',
  PATH_LENGTH_EXCEEDED: 'other',
}

/** By OpenSSL's code, as Node gives it; null for what has nothing to do with a certificate. */
export function faultByNode(code: string): CertificateFault | null {
  return Object.hasOwn(byNode, code) ? (byNode[code] ?? null) : null
}

/** By Chromium's network error (`net_error_list.h`: −200 to −299 are a certificate's); null for any other. */
export function faultByChromium(code: number): CertificateFault | null {
  if (code > -200 || code < -299) return null
  switch (code) {
    case -200:
      return 'name'
    case -201:
      return 'time'
    case -202:
      return 'untrusted'
    case -206:
      return 'revoked'
    default:
      return 'other'
  }
}
