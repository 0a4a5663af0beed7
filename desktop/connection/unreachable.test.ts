// What @peculiar/x509 is put together with asks for it.
import 'reflect-metadata'
import {
  X509CertificateGenerator,
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  cryptoProvider,
} from '@peculiar/x509'
import { webcrypto } from 'node:crypto'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signInServer } from './sign-in-server.ts'
import { whyUnreachable } from './unreachable.ts'

cryptoProvider.set(webcrypto as never)
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const dayMs = 24 * 3600_000
const servers: Server[] = []
let asked = 0

interface Wanted {
  readonly name?: string
  readonly daysFrom?: number
  readonly daysUntil?: number
  readonly isTrusted?: boolean
}

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `localhost:${(server.address() as AddressInfo).port}`
}

/** A server on this machine whose certificate signs itself; trusted here where that is wanted. */
async function secureServer({
  name = 'localhost',
  daysFrom = -1,
  daysUntil = 1,
  isTrusted = true,
}: Wanted): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore: new Date(Date.now() + daysFrom * dayMs),
    notAfter: new Date(Date.now() + daysUntil * dayMs),
    keys: keys as never,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
    ],
  })
  const pem = certificate.toString('pem')
  if (isTrusted) setDefaultCACertificates([...getCACertificates('default'), pem])
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const server = createServer(
    { key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`, cert: pem },
    (_request, response) => {
      asked += 1
      response.end('{}')
    },
  )
  return listen(server)
}

let plain: string
beforeAll(async () => {
  plain = await listen(createPlainServer((_request, response) => void response.end('{}')))
})
afterAll(() => {
  for (const server of servers) server.close()
})

const greet = (server: string) =>
  signInServer.greet(server).then(
    () => 'greeted',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )

test.each<[string, Wanted, RegExp]>([
  [
    'signs itself',
    { isTrusted: false },
    /^The certificate of localhost:\d+ comes from nobody whom this computer trusts.*add its certificate/,
  ],
  ['has expired', { daysFrom: -3, daysUntil: -2 }, /^The certificate of localhost:\d+ is not valid today.*clock/],
  ['is not valid yet', { daysFrom: 2, daysUntil: 3 }, /^The certificate of localhost:\d+ is not valid today/],
  ['is for another name', { name: 'elsewhere.example' }, /^The certificate of localhost:\d+ is for another name/],
])(
  'a server whose certificate %s is not “nothing answers”: it says what is wrong and what to do, and is told nothing',
  async (_what, wanted, sentence) => {
    const host = await secureServer(wanted)
    const before = asked
    expect(await greet(`https://${host}`)).toMatch(sentence)
    expect(asked).toBe(before)
  },
)

test('a server whose certificate is trusted is asked', async () => {
  expect(await greet(`https://${await secureServer({})}`)).toMatch(/is no arcx\.$/)
})

test('a server without encryption, none at all, and an unknown name are told apart', async () => {
  expect(await greet(`https://${plain}`)).toMatch(/does not speak https.*type http:\/\//)
  const gone = createPlainServer()
  const free = await listen(gone)
  await new Promise((resolve) => gone.close(resolve))
  expect(await greet(`http://${free}`)).toMatch(/^Nothing answers at http:\/\/localhost/)
  expect(await greet('https://no-such-name.invalid')).toMatch(/no-such-name\.invalid/)
})

test('whatever was thrown, there is a sentence with the server in it', () => {
  for (const thrown of [
    undefined,
    null,
    'x',
    new Error('x'),
    Object.assign(new Error('x'), { code: 7 }),
    new DOMException('x', 'TimeoutError'),
    new AggregateError([Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' })]),
  ]) {
    expect(whyUnreachable('https://arcx.example.com', thrown)).toContain('arcx.example.com')
  }
  expect(
    whyUnreachable(
      'https://arcx.example.com',
      new AggregateError([Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' })]),
    ),
  ).toContain('not valid today')
})
