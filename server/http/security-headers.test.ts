import { expect, test } from 'vitest'
import { securityHeadersFor } from './security-headers.ts'

test('pages run no script but ours, stand in no frame, and speak to this server alone', async () => {
  const headers = await securityHeadersFor({ publicOrigin: 'https://arc.example', secure: true })
  expect(headers['content-security-policy']).toBe(
    "default-src 'none';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;font-src 'self';connect-src 'self' wss://arc.example;manifest-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'",
  )
  expect(headers).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'same-origin',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
  })
})

test('nothing is said of TLS where there is none', async () => {
  const headers = await securityHeadersFor({ publicOrigin: 'http://localhost:3000', secure: false })
  expect(headers['strict-transport-security']).toBeUndefined()
  expect(headers['content-security-policy']).toContain("connect-src 'self' ws://localhost:3000;")
})
