import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { Agent, IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import { Agents } from './agents.ts'

test('however many workspaces are opened, a request to one that is asked for again and again goes on', async () => {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const agents = new Agents(async () => connect(port, '127.0.0.1'))
  onTestFinished(() => {
    agents.close()
    server.close()
  })
  const asked = (agent: Agent) => {
    const request = get({ agent, host: '127.0.0.1', port })
    return once(request, 'response') as Promise<[IncomingMessage]>
  }
  const busy = WorkspaceId.parse(randomUUID())
  const arrived = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
  const answered = asked(agents.of(busy))
  const [, response] = await arrived
  for (let count = 0; count < 600; count += 1) {
    agents.of(WorkspaceId.parse(randomUUID()))
    agents.of(busy)
  }
  response.end('well')
  const [answer] = await answered
  answer.resume()
  expect(answer.statusCode).toBe(200)
})
