import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { writeUpdate } from 'y-protocols/sync'
import { Doc, encodeStateAsUpdate } from 'yjs'
import type { WorkspaceId } from '@arcx/router'
import { clientFrame } from '@arcx/testing/client-frame'
import { startTestCollab } from '@arcx/testing/collab'
import { upgrade } from '@arcx/testing/http'
import { connectWriter } from '@arcx/testing/writer'
import type { Writer } from '@arcx/testing/writer'
import type { TestCollab } from '@arcx/testing/collab'
import type { Person } from '@arcx/testing/person'
import { message, messages } from './documents/messages.ts'

const seed = Number(process.env['ARCX_EDIT_SEED'] ?? randomInt(2 ** 31))

let collab: TestCollab
let [ann, ben, vera, stranger]: Person[] = []
let workspaceId: WorkspaceId

beforeAll(async () => {
  collab = await startTestCollab()
  const { arc } = collab
  ;[ann, ben, vera, stranger] = await Promise.all([arc.person(), arc.person(), arc.person(), arc.person()])
  const { id: teamId } = await person(ann).api.teams.create.mutate({ name: 'writers' })
  await arc.prisma.membership.createMany({
    data: [
      { teamId, userId: person(ben).userId, role: 'member' },
      { teamId, userId: person(vera).userId, role: 'viewer' },
    ],
  })
  workspaceId = (await person(ann).api.workspaces.create.mutate({ name: 'shared-text', teamId })).id
})
afterAll(() => collab?.destroy())

const open: Writer[] = []
afterEach(() => {
  for (const writer of open.splice(0)) writer.close()
})

function person(someone: Person | undefined): Person {
  if (someone === undefined) throw new Error('Nobody is there yet.')
  return someone
}

const ticketOf = (someone: Person | undefined) => person(someone).api.collab.ticket.mutate({ workspaceId })

async function connect(someone: Person | undefined, path: string): Promise<Writer> {
  const writer = await connectWriter(person(someone), workspaceId, path)
  open.push(writer)
  return writer
}

const stored = () => collab.arc.prisma.documentUpdate.count()

describe('a stock y-websocket client', () => {
  test('two people write in one file, and each sees the other’s words, cursor and name', async () => {
    const [a, b] = await Promise.all([connect(ann, 'src/main.ts'), connect(ben, 'src/main.ts')])
    a.write(0, 'hello')
    await vi.waitFor(() => expect(b.text()).toBe('hello'), { timeout: 20_000 })
    b.write(5, ' world')
    await vi.waitFor(() => expect(a.text()).toBe('hello world'), { timeout: 20_000 })
    b.provider.awareness.setLocalStateField('cursor', { line: 3 })
    // Whatever a program says of itself, its name is its person's.
    b.provider.awareness.setLocalStateField('user', { name: 'somebody else', color: '#123456' })
    await vi.waitFor(
      () =>
        expect(a.provider.awareness.getStates().get(b.doc.clientID)).toMatchObject({
          cursor: { line: 3 },
          user: { id: person(ben).userId, color: '#123456' },
        }),
      { timeout: 20_000 },
    )
    expect(a.provider.awareness.getStates().get(b.doc.clientID)?.['user'].name).not.toBe('somebody else')
    b.provider.destroy()
    await vi.waitFor(() => expect(a.provider.awareness.getStates().has(b.doc.clientID)).toBe(false), {
      timeout: 20_000,
    })
  })

  test('kill -9: what others have seen is there again, and each goes on', async () => {
    const [a, b] = await Promise.all([connect(ann, 'killed'), connect(ben, 'killed')])
    for (let index = 0; index < 50; index += 1) a.write(0, `${index} `)
    await vi.waitFor(() => expect(b.text()).toBe(a.text()), { timeout: 20_000 })
    const seen = b.text()
    for (const { provider } of [a, b]) provider.disconnect()
    await collab.kill()
    await collab.start()
    const c = await connect(ben, 'killed')
    expect(c.text()).toBe(seen)
    a.write(0, 'offline ')
    a.provider.connect()
    await vi.waitFor(() => expect(c.text()).toBe(`offline ${seen}`), { timeout: 5000 })
  })

  test('a long tail becomes a snapshot, and nothing of it is lost', async () => {
    const a = await connect(ann, 'long')
    for (let index = 0; index < 1200; index += 1) {
      a.write(a.text().length, `${index},`)
      if (index % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 520))
    }
    await vi.waitFor(async () => expect(await stored()).toBeLessThan(900), { timeout: 10_000 })
    await collab.kill()
    await collab.start()
    expect((await connect(ben, 'long')).text()).toBe(Array.from({ length: 1200 }, (_, index) => `${index},`).join(''))
  })
})

test(`random edits by four, with cuts, end in one text everywhere and in PostgreSQL (ARCX_EDIT_SEED=${seed})`, async () => {
  const edit = fc.record({
    who: fc.nat(3),
    what: fc.constantFrom('insert', 'insert', 'insert', 'delete', 'cut', 'back'),
    at: fc.nat(200),
    words: fc.string({ minLength: 1, maxLength: 8 }),
  })
  const [edits = []] = fc.sample(fc.array(edit, { minLength: 300, maxLength: 300 }), { seed, numRuns: 1 })
  const clients = await Promise.all([ann, ben, ann, ben].map((someone) => connect(someone, 'converges')))
  for (const [index, { who, what, at, words }] of edits.entries()) {
    const client = clients[who]
    if (client === undefined) continue
    const shared = client.doc.getText('content')
    if (what === 'insert') shared.insert(at % (shared.length + 1), words)
    if (what === 'delete' && shared.length > 0) shared.delete(at % shared.length, 1)
    if (what === 'cut') client.provider.disconnect()
    if (what === 'back') client.provider.connect()
    if (index % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  for (const { provider } of clients) provider.connect()
  await vi.waitFor(() => expect(new Set(clients.map(({ text }) => text())).size).toBe(1), { timeout: 10_000 })
  const whole = clients[0]?.text()
  await collab.kill()
  await collab.start()
  expect((await connect(ann, 'converges')).text()).toBe(whole)
}, 60_000)

describe('who may', () => {
  const attempt = async (url: string, headers: Record<string, string> = {}) => {
    const socket = new WebSocket(url, { headers })
    socket.on('error', () => undefined)
    const status = await new Promise<number>((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      socket.on('open', () => resolve(101))
    })
    socket.terminate()
    return status
  }

  test('without a ticket, with another’s workspace, or from a page of elsewhere, nobody comes in', async () => {
    const { url, ticket } = await ticketOf(ann)
    expect(await attempt(`${url}/a?ticket=${ticket}`)).toBe(101)
    expect(await attempt(`${url}/a`)).toBe(401)
    expect(await attempt(`${url}/a?ticket=${ticket}x`)).toBe(401)
    expect(await attempt(`${url.replace(workspaceId, crypto.randomUUID())}/a?ticket=${ticket}`)).toBe(403)
    expect(await attempt(`${url}/a?ticket=${ticket}`, { origin: 'https://evil.example.com' })).toBe(403)
    expect(await attempt(`${url}/a?ticket=${ticket}`, { origin: collab.arc.origin })).toBe(101)
    await expect(ticketOf(stranger)).rejects.toThrow('no such workspace')
  })

  test('who may only look sees everything, and is closed at the first letter', async () => {
    const a = await connect(ann, 'looked-at')
    a.write(0, 'look')
    const v = await connect(vera, 'looked-at')
    await vi.waitFor(() => expect(v.text()).toBe('look'), { timeout: 20_000 })
    expect((await ticketOf(vera)).may).toBe('read')
    const closed = new Promise<{ code: number }>((resolve) =>
      v.provider.on('connection-close', (event) => resolve({ code: event?.code ?? 0 })),
    )
    v.provider.shouldConnect = false
    v.write(0, 'I was here ')
    expect((await closed).code).toBe(4403)
    const b = await connect(ben, 'looked-at')
    expect(b.text()).toBe('look')
  })

  test('who is removed from the team is out, and does not come back in', async () => {
    const b = await connect(ben, 'removed-from')
    const closed = new Promise<{ code: number }>((resolve) =>
      b.provider.on('connection-close', (event) => resolve({ code: event?.code ?? 0 })),
    )
    b.provider.shouldConnect = false
    const { teamId } = await person(ann).api.workspaces.get.query({ workspaceId })
    if (teamId === null) throw new Error('It is no team’s.')
    await person(ann).api.teams.members.remove.mutate({ teamId, userId: person(ben).userId })
    expect((await closed).code).toBe(4403)
  })

  test('JupyterHub CVE-2020-36191, CVE-2021-41247: signing out closes what was opened, and so does a token’s end', async () => {
    const gone = await collab.arc.person()
    const { teamId } = await person(ann).api.workspaces.get.query({ workspaceId })
    await collab.arc.prisma.membership.create({ data: { teamId: teamId ?? '', userId: gone.userId, role: 'member' } })
    const g = await connect(gone, 'signed-out')
    const closed = new Promise<{ code: number }>((resolve) =>
      g.provider.on('connection-close', (event) => resolve({ code: event?.code ?? 0 })),
    )
    g.provider.shouldConnect = false
    await collab.arc.send('/auth/sign-out', {
      method: 'POST',
      headers: { cookie: gone.cookie, origin: collab.arc.origin },
    })
    expect((await closed).code).toBe(4403)

    const { token, id: tokenId } = await person(ann).api.tokens.create.mutate({
      name: 'agent',
      scopes: ['workspaces:read', 'workspaces:exec'],
    })
    const answer = await collab.arc.send('/trpc/collab.ticket', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ workspaceId }),
    })
    const { result } = JSON.parse(answer.body) as { result: { data: { url: string; ticket: string; may: string } } }
    expect(result.data.may).toBe('write')
    const socket = new WebSocket(`${result.data.url}/by-token?ticket=${result.data.ticket}`)
    await once(socket, 'open')
    const ended = once(socket, 'close')
    await person(ann).api.tokens.revoke.mutate({ id: tokenId })
    expect((await ended)[0]).toBe(4403)
  })

  test('nothing is taken any more of one who was shut out and does not agree that the connection is over', async () => {
    const gone = await collab.arc.person()
    const { teamId } = await person(ann).api.workspaces.get.query({ workspaceId })
    if (teamId === null) throw new Error('It is no team’s.')
    await collab.arc.prisma.membership.create({ data: { teamId, userId: gone.userId, role: 'member' } })
    const { url, ticket } = await ticketOf(gone)
    const { socket } = await upgrade(collab.port, `${new URL(url).pathname}/written-late?ticket=${ticket}`, {
      host: `localhost:${collab.port}`,
    })
    if (socket === null) throw new Error('They were not let in.')
    let said = ''
    socket.on('data', (bytes: Buffer) => (said += bytes.toString('latin1')))
    socket.on('error', () => undefined)
    const written = new Doc()
    const write = (words: string) => {
      written.getText('content').insert(0, words)
      socket.write(clientFrame(message(messages.sync, (encoder) => writeUpdate(encoder, encodeStateAsUpdate(written)))))
    }
    write('in time ')
    const a = await connect(ann, 'written-late')
    await vi.waitFor(() => expect(a.text()).toBe('in time '), { timeout: 20_000 })
    await person(ann).api.teams.members.remove.mutate({ teamId, userId: gone.userId })
    await vi.waitFor(() => expect(said).toContain('you may not be here any more'), { timeout: 20_000 })
    write('too late ')
    // What is heard at all is heard in order, and so ends the connection by this.
    socket.write(clientFrame(Uint8Array.of(9, 9, 9)))
    socket.end()
    await once(socket, 'close')
    a.write(0, 'ann ')
    await vi.waitFor(async () => expect((await connect(ann, 'written-late')).text()).toContain('ann '), {
      timeout: 20_000,
    })
    expect(a.text()).toBe('ann in time ')
  })

  test('what is no message of the protocol, or too large a one, closes with a code that says which', async () => {
    const { url, ticket } = await ticketOf(ann)
    const close = async (bytes: Uint8Array) => {
      const socket = new WebSocket(`${url}/odd?ticket=${ticket}`)
      await once(socket, 'open')
      socket.send(bytes)
      const [code] = (await once(socket, 'close')) as [number]
      return code
    }
    expect(await close(Uint8Array.of(9, 9, 9))).toBe(4400)
    expect(await close(Uint8Array.of(0, 2, 200, 1, 1))).toBe(4400)
    expect(await close(new Uint8Array(18 * 1024 * 1024))).toBe(1009)
  })
})
