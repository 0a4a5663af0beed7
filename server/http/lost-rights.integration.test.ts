import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { clientFrame } from '@arcx/testing/client-frame'
import { upgrade } from '@arcx/testing/http'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'

let arc: TestOrchestrator
beforeAll(async () => {
  arc = await startTestOrchestrator()
})
afterAll(() => arc?.destroy())

interface Said {
  readonly id: number | null
  readonly method?: string
  readonly result?: object
  readonly error?: { readonly data: { readonly arc: { readonly code: string } | null } }
}

/** A client of the router's that does what it likes. */
async function connect(headers: Readonly<Record<string, string>>) {
  const socket = new WebSocket(`${arc.origin.replace('http', 'ws')}/trpc`, {
    headers: { origin: arc.origin, ...headers },
  })
  onTestFinished(() => socket.terminate())
  const said: Said[] = []
  socket.on('message', (data) => {
    if (String(data) === 'PING') socket.send('PONG')
    else said.push(JSON.parse(String(data)))
  })
  const closed = once(socket, 'close').then(([code]) => code as number)
  await once(socket, 'open')
  let asked = 0
  return {
    said,
    closed,
    async ask(method: 'query' | 'mutation', path: string, input?: unknown): Promise<Said> {
      asked += 1
      const id = asked
      socket.send(JSON.stringify({ id, method, params: { path, input } }))
      return vi.waitFor(() => {
        const answer = said.find((each) => each.id === id)
        if (answer === undefined) throw new Error('There is no answer yet.')
        return answer
      })
    },
  }
}

test('who administers the server no more does not go on over a connection that was opened before', async () => {
  const [admin, former] = await Promise.all([arc.person(), arc.person()])
  await arc.prisma.user.updateMany({
    where: { id: { in: [admin.userId, former.userId] } },
    data: { role: 'admin' },
  })
  const elsewhere = await arc.copy()
  onTestFinished(() => elsewhere.stop())
  const { token } = await former.api.tokens.create.mutate({ name: 'theirs', scopes: ['admin'] })
  const connections = await Promise.all([
    connect({ cookie: former.cookie }),
    connect({ authorization: `Bearer ${token}` }),
  ])
  for (const { ask } of connections) expect(await ask('query', 'admin.overview')).toMatchObject({ result: {} })
  await admin.api.admin.users.setRole.mutate({ userId: former.userId, role: 'member' })
  for (const { closed, said } of connections) {
    expect(await closed).toBe(1012)
    expect(said.at(-1)).toMatchObject({ method: 'reconnect' })
  }
  const again = await connect({ cookie: former.cookie })
  expect((await again.ask('query', 'admin.overview')).error?.data.arc?.code).toBe('forbidden')
  expect(
    (await again.ask('mutation', 'admin.users.setRole', { userId: former.userId, role: 'admin' })).error?.data.arc
      ?.code,
  ).toBe('forbidden')
})

test('a connection ends with the token by which it was opened, also where that runs out', async () => {
  const person = await arc.person()
  const { id, token } = await person.api.tokens.create.mutate({ name: 'short', scopes: ['workspaces:read'] })
  await arc.prisma.apiToken.update({ where: { id }, data: { expiresAt: new Date(Date.now() + 3000) } })
  const { ask, closed } = await connect({ authorization: `Bearer ${token}` })
  expect(await ask('query', 'workspaces.list')).toMatchObject({ result: {} })
  expect(await closed).toBe(4401)
})

test('after sign-out nothing is done any more for a client that does not agree that its connection is over', async () => {
  const person = await arc.person()
  const { socket } = await upgrade(arc.port, '/trpc', {
    host: `localhost:${arc.port}`,
    origin: arc.origin,
    cookie: person.cookie,
  })
  if (socket === null) throw new Error('It was not let in.')
  onTestFinished(() => void (socket as Socket).destroy())
  const ended = once(socket, 'close')
  let said = ''
  socket.on('data', (bytes: Buffer) => (said += bytes.toString('latin1')))
  socket.on('error', () => undefined)
  await person.api.auth.signOut.mutate()
  await vi.waitFor(() => expect(said).toContain('The session has ended.'))
  socket.write(
    clientFrame(
      JSON.stringify({ id: 1, method: 'mutation', params: { path: 'workspaces.create', input: { name: 'too-late' } } }),
    ),
  )
  await ended
  expect(await arc.prisma.workspace.count({ where: { name: 'too-late' } })).toBe(0)
})

test('what stays open is had over a WebSocket alone: a plain request for it is refused, and says what to do', async () => {
  const person = await arc.person()
  for (const path of ['workspaces.onChange', 'teams.onChange']) {
    const answer = await arc.send(`/trpc/${path}`, { headers: { cookie: person.cookie, accept: 'text/event-stream' } })
    expect(answer.body).toContain('"code":"socket_needed"')
    expect(answer.body).not.toContain('snapshot')
  }
  const answer = await arc.send('/trpc/workspaces.onChange', { headers: { accept: 'text/event-stream' } })
  expect(answer.body).toContain('"code":"signed_out"')
})
