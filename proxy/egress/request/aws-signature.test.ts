import { sign } from 'aws4'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAwsAuthorization, signedAgain } from './aws-signature.ts'

const [placeholder, value] = ['A'.repeat(40), 'b'.repeat(40)]
const host = 'bucket.s3.eu-central-1.amazonaws.com'
const date = '20261125T120000Z'

function signed(secretAccessKey: string, path: string, service: string, body: string) {
  const { headers = {} } = sign(
    {
      host,
      path,
      service,
      region: 'eu-central-1',
      method: 'PUT',
      body,
      headers: { 'X-Amz-Date': date, 'X-Two': 'a  b ' },
    },
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey },
  )
  return new Map(Object.entries(headers).map(([name, each]) => [name.toLowerCase(), [String(each)]] as const))
}

const segment = fc
  .string({ unit: fc.constantFrom(...'abZ09-_.~ %+&=ä'), minLength: 1, maxLength: 8 })
  .map(encodeURIComponent)
const path = fc
  .tuple(fc.array(segment, { maxLength: 3 }), fc.array(fc.tuple(segment, segment), { maxLength: 4 }))
  .map(
    ([segments, query]) =>
      `/${segments.filter((each) => each !== '.' && each !== '..').join('/')}${query.length === 0 ? '' : `?${query.map((pair) => pair.join('=')).join('&')}`}`,
  )

test('what another implementation signs with the placeholder comes out as it signs it with the value', async () => {
  const { createHash } = await import('node:crypto')
  fc.assert(
    fc.property(path, fc.constantFrom('s3', 'iam', 'execute-api', 'dynamodb'), fc.string(), (target, service, body) => {
      const [by, wanted] = [signed(placeholder, target, service, body), signed(value, target, service, body)]
      const authorization = parseAwsAuthorization(by.get('authorization')?.[0])
      if (authorization === null) throw new Error('It is not recognised.')
      const payloadHash = by.get('x-amz-content-sha256')?.[0] ?? createHash('sha256').update(body).digest('hex')
      const request = { method: 'PUT', target, headers: by, payloadHash }
      expect(signedAgain(authorization, request, request, placeholder, value)).toBe(wanted.get('authorization')?.[0])
      expect(signedAgain(authorization, request, request, value, placeholder)).toBeNull()
      expect(signedAgain(authorization, { ...request, method: 'POST' }, request, placeholder, value)).toBeNull()
    }),
    // S3 looks at the first parameter of a name alone.
    {
      examples: [
        ['/?%26=a&%26=b', 's3', ''],
        ['/?%26=b&%26=a', 'iam', ''],
      ],
    },
  )
})

test.each([
  undefined,
  '',
  'Bearer x',
  'AWS4-HMAC-SHA256 Credential=a/b',
  `AWS4-HMAC-SHA256 Credential=A/20261125/r/s/aws4_request, SignedHeaders=host, Signature=${'g'.repeat(64)}`,
])('%j is none of it', (header) => {
  expect(parseAwsAuthorization(header)).toBeNull()
})
