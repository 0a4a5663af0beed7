import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface ReceivedWebhook {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Takes webhooks on loopback. */
export interface WebhookReceiver {
  readonly url: string
  readonly port: number
  readonly received: readonly ReceivedWebhook[]
  /** What it answers from now on. */
  answer:
    | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
    | 'nothing'
  close(): Promise<void>
}

export async function startWebhookReceiver(at = 0): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = []
  const server = createServer(async (request, response) => {
    received.push({ path: request.url ?? '', headers: request.headers, body: await text(request) })
    if (self.answer !== 'nothing') response.writeHead(self.answer.status, self.answer.headers).end(self.answer.body)
  })
  server.listen(at, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const self: WebhookReceiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    answer: { status: 204 },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return self
}
