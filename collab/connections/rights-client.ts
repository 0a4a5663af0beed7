import { z } from 'zod'
import type { RightsSource } from './rights.ts'

const timeoutMs = 5000
const Rights = z.array(z.enum(['read', 'write']).nullable())

/** Asks the orchestrator. */
export function rightsClient(orchestratorUrl: string, token: string): RightsSource['ask'] {
  return async (present) => {
    const response = await fetch(`${orchestratorUrl}/internal/collab/rights`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(present),
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return Rights.parse(await response.json())
  }
}
