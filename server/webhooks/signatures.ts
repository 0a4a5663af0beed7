import { verify } from '@octokit/webhooks-methods'
import { Stripe } from 'stripe'

/** Of Stripe's timestamps, both ways: https://docs.stripe.com/webhooks#replay-attacks */
const toleranceSeconds = 300

/**
 * Whether GitHub has signed a body, by any of the secrets: `X-Hub-Signature-256`, the HMAC of the raw body.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export async function isFromGitHub(body: string, signature: string, secrets: readonly string[]): Promise<boolean> {
  if (body === '' || signature === '') return false
  const verified = await Promise.all(secrets.map((secret) => verify(secret, body, signature)))
  return verified.includes(true)
}

/** Whether Stripe has signed a body, by any of the secrets, and lately: `Stripe-Signature`. */
export function isFromStripe(body: string, signature: string, secrets: readonly string[]): boolean {
  return secrets.map((secret) => isSigned(body, signature, secret)).includes(true)
}

function isSigned(body: string, signature: string, secret: string): boolean {
  try {
    return Stripe.webhooks.signature?.verifyHeader(body, signature, secret, toleranceSeconds) === true
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false
    throw error
  }
}
