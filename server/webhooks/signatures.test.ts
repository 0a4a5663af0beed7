import fc from 'fast-check'
import { Stripe } from 'stripe'
import { expect, test } from 'vitest'
import { isFromGitHub, isFromStripe } from './signatures.ts'

test('the example that GitHub publishes is good, and nothing that differs from it', async () => {
  const [secret, body] = ["It's a Secret to Everybody", 'Hello, World!']
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
  expect(await isFromGitHub(body, signature, [secret])).toBe(true)
  expect(await isFromGitHub(body, signature, ['the new one', secret])).toBe(true)
  for (const [wrongBody, wrongSignature, secrets] of [
    ['Hello, World', signature, [secret]],
    [body, signature.replace('sha256=', 'sha1='), [secret]],
    [body, signature.toUpperCase(), [secret]],
    [body, signature.slice(0, -1), [secret]],
    [body, `${signature}0`, [secret]],
    [body, '', [secret]],
    ['', signature, [secret]],
    [body, signature, ['another']],
    [body, signature, []],
  ] as const)
    expect(await isFromGitHub(wrongBody, wrongSignature, secrets)).toBe(false)
})

const secret = 'whsec_0123456789abcdef0123456789abcdef'

test('what Stripe’s library signs is good by either secret, within five minutes, and not where the body is another', () => {
  const body = '{"id":"evt_1","type":"invoice.paid"}'
  const now = Math.floor(Date.now() / 1000)
  const header = Stripe.webhooks.generateTestHeaderString({ payload: body, secret } as never)
  expect(isFromStripe(body, header, [secret])).toBe(true)
  expect(isFromStripe(body, header, ['whsec_new', secret])).toBe(true)
  expect(isFromStripe(body, header, ['whsec_new'])).toBe(false)
  expect(isFromStripe(body, header, [])).toBe(false)
  expect(isFromStripe(body.replace('paid', 'void'), header, [secret])).toBe(false)
  const old = Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: now - 301 } as never)
  expect(isFromStripe(body, old, [secret])).toBe(false)
  // The time is part of what is signed.
  expect(isFromStripe(body, old.replace(/t=\d+/, `t=${now}`), [secret])).toBe(false)
})

test('no header makes it fail or pass', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (body, header) => {
      expect(isFromStripe(body, header, [secret])).toBe(false)
      expect(await isFromGitHub(body, header, [secret])).toBe(false)
    }),
  )
})
