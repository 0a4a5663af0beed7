import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import { Doc } from 'yjs'
import { z } from 'zod'
import type { TeamId, Workspace } from '@arcx/router'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import { enterWorkspace } from '@arcx/testing/entry'
import { send, upgrade } from '@arcx/testing/http'
import { untilState } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

const Handed = z.object({
  ticket: z.string(),
  may: z.enum(['read', 'write']),
  userId: z.string(),
  login: z.string(),
  name: z.string(),
})

let collab: TestCollab
let ann: Person
let ben: Person
let cleo: Person
let stranger: Person
let teamId: TeamId
let workspace: Workspace
const open: WebsocketProvider[] = []

beforeAll(async () => {
  collab = await startTestCollab()
  ;[ann, ben, cleo, stranger] = await Promise.all([
    collab.arc.person(),
    collab.arc.person(),
    collab.arc.person(),
    collab.arc.person(),
  ])
  teamId = (await ann.api.teams.create.mutate({ name: 'windows' })).id
  await collab.arc.prisma.membership.createMany({
    data: [ben, cleo].map(({ userId }) => ({ teamId, userId, role: 'member' as const })),
  })
  const { id } = await ann.api.workspaces.create.mutate({ name: 'window', teamId })
  workspace = await untilState(ann, id, 'running')
})
afterAll(async () => {
  for (const each of open) each.destroy()
  await collab?.destroy()
})

const host = () => new URL(workspace.url).host
const origin = () => new URL(workspace.url).origin
const askTicket = (cookie: string, from = origin()) =>
  send(collab.arc.port, '/_arcx/collab/ticket', {
    method: 'POST',
    headers: { host: host(), origin: from, cookie, 'sec-fetch-site': from === origin() ? 'same-origin' : 'cross-site' },
  })
const handed = async (cookie: string) => Handed.parse(JSON.parse((await askTicket(cookie)).body))

/** A window's line to team-state, as the extension opens it: over the workspace's host, with the browser's cookie. */
async function openWindow(person: Person, path: string): Promise<WebsocketProvider> {
  const cookie = await enterWorkspace(collab.arc, person, 'window')
  const { ticket } = await handed(cookie)
  class Browser extends WebSocket {
    constructor(url: string) {
      super(url, { headers: { host: host(), origin: origin(), cookie } })
    }
  }
  const provider = new WebsocketProvider(`ws://127.0.0.1:${collab.arc.port}/_arcx/collab`, path, new Doc(), {
    params: { ticket },
    WebSocketPolyfill: Browser as never,
    disableBc: true,
  })
  open.push(provider)
  await vi.waitFor(() => expect(provider.synced).toBe(true), { timeout: 10_000 })
  return provider
}

test('three people have windows on one container, one of them two: each window is its own person’s, whatever it says', async () => {
  const windows = await Promise.all([
    openWindow(ann, 'one.ts'),
    openWindow(ben, 'one.ts'),
    openWindow(cleo, 'one.ts'),
    openWindow(cleo, 'one.ts'),
  ])
  const [first] = windows
  // Who somebody is comes from their ticket, and not from what they tell.
  for (const each of windows) each.awareness.setLocalStateField('user', { id: ann.userId, name: 'Ann' })
  await vi.waitFor(
    () => {
      const people = [...(first?.awareness.getStates().values() ?? [])].map(
        (state) => z.object({ user: z.object({ id: z.string() }) }).parse(state).user.id,
      )
      expect(people.toSorted()).toEqual([ann.userId, ben.userId, cleo.userId, cleo.userId].toSorted())
    },
    { timeout: 20_000 },
  )
  windows[3]?.doc.getText('content').insert(0, 'from the fourth')
  await vi.waitFor(
    () =>
      expect(windows.map(({ doc }) => doc.getText('content').toString())).toEqual(
        Array.from({ length: 4 }, () => 'from the fourth'),
      ),
    { timeout: 20_000 },
  )
})

test('a ticket tells whose window it is for, and what they may', async () => {
  const told = await handed(await enterWorkspace(collab.arc, ben, 'window'))
  expect(told).toMatchObject({ userId: ben.userId, may: 'write' })
  expect((await askTicket(await enterWorkspace(collab.arc, ben, 'window'))).headers['cache-control']).toBe('no-store')
})

test('strangers, and windows that are nobody’s, get no ticket and no line', async () => {
  expect((await askTicket('')).status).toBe(401)
  expect((await askTicket('arc_workspace=made.up.by.hand.x')).status).toBe(401)
  // Whoever may not see it is led nowhere, so has no cookie of its host.
  await expect(enterWorkspace(collab.arc, stranger, 'window')).rejects.toThrow()
  const { ticket } = await handed(await enterWorkspace(collab.arc, ann, 'window'))
  const line = (headers: Record<string, string>) =>
    upgrade(collab.arc.port, `/_arcx/collab/one.ts?ticket=${ticket}`, { host: host(), origin: origin(), ...headers })
  expect((await line({})).status).toBe(401)
  const cookie = await enterWorkspace(collab.arc, ann, 'window')
  expect(
    (await upgrade(collab.arc.port, '/_arcx/collab/one.ts?ticket=forged', { host: host(), origin: origin(), cookie }))
      .status,
  ).toBe(401)
})

test('Gitpod CVE-2023-0957: a page of elsewhere gets neither a ticket nor a line, with the browser’s own cookie', async () => {
  const cookie = await enterWorkspace(collab.arc, ann, 'window')
  for (const from of [
    'https://evil.example',
    `http://localhost:${collab.arc.port}`,
    `http://other.localhost:${collab.arc.port}`,
    'null',
  ]) {
    expect((await askTicket(cookie, from)).status).toBe(403)
    const { ticket } = await handed(cookie)
    expect(
      (await upgrade(collab.arc.port, `/_arcx/collab/one.ts?ticket=${ticket}`, { host: host(), origin: from, cookie }))
        .status,
    ).toBe(403)
  }
})

test('a ticket of one workspace opens no line to another’s texts', async () => {
  const { id } = await ben.api.workspaces.create.mutate({ name: 'bens-own' })
  await untilState(ben, id, 'running')
  const { ticket } = await handed(await enterWorkspace(collab.arc, ann, 'window'))
  const other = new URL((await ben.api.workspaces.get.query({ workspaceId: id })).url)
  const cookie = await enterWorkspace(collab.arc, ben, 'bens-own')
  expect(
    (
      await upgrade(collab.arc.port, `/_arcx/collab/one.ts?ticket=${ticket}`, {
        host: other.host,
        origin: other.origin,
        cookie,
      })
    ).status,
  ).toBe(403)
}, 60_000)

test('paths beside the line lead nowhere, and none of them to the workspace', async () => {
  const cookie = await enterWorkspace(collab.arc, ann, 'window')
  for (const path of [
    '/_arcx/other',
    '/_arcx/collabx',
    '/_arcx/collab/../../internal',
    '/_arcx/collab/%2e%2e/%2E%2e/internal',
    `/_arcx/collab/../${workspace.id}x`,
  ]) {
    expect((await upgrade(collab.arc.port, path, { host: host(), origin: origin(), cookie })).status, path).toBe(404)
  }
  for (const path of ['/_arcx/other', '/_arcx/collabx'])
    expect(
      (await send(collab.arc.port, path, { method: 'POST', headers: { host: host(), origin: origin(), cookie } }))
        .status,
    ).toBe(404)
})

test('whoever is removed from the team loses the line of an open window within two seconds', async () => {
  const [window, cookie] = [await openWindow(cleo, 'two.ts'), await enterWorkspace(collab.arc, cleo, 'window')]
  window.shouldConnect = false
  const began = Date.now()
  await ann.api.teams.members.remove.mutate({ teamId, userId: cleo.userId })
  await vi.waitFor(() => expect(window.wsconnected).toBe(false), { timeout: 5000 })
  expect(Date.now() - began).toBeLessThan(2000)
  expect((await askTicket(cookie)).status).toBe(404)
})
