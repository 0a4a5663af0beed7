import { z } from 'zod'
import type { Webhooks } from '../webhooks/webhooks.ts'

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#github_app_authorization */
const Revoked = z.object({ action: z.literal('revoked'), sender: z.object({ id: z.int().positive() }) })

/** What an App is granted by a person ends by itself, so GitHub is not asked about it: it says itself when it is taken back. */
export function endRevokedSignIns(
  webhooks: Pick<Webhooks, 'on'>,
  endSessions: (githubId: number) => Promise<void>,
): void {
  webhooks.on('github', 'github_app_authorization', async (payload) => {
    await endSessions(Revoked.parse(payload).sender.id)
  })
}
