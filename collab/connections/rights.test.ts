import { randomUUID } from 'node:crypto'
import pino from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SessionId, TeamId, TokenId, UserId, WorkspaceId } from '@arcx/router'
import type { DomainEvent } from '@arcx/router'
import { RightsWatch } from './rights.ts'
import type { Opened, Presence, Right } from './rights.ts'

const log = pino({ level: 'silent' })
const workspaceId = randomUUID()
const teamId = TeamId.parse(randomUUID())

interface Client extends Opened {
  closedWith: number | null
}
let asked: Presence[][]
let hears: boolean
let answer: (present: readonly Presence[]) => Promise<readonly (Right | null)[]>
let watch: RightsWatch

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  hears = true
  answer = async (present) => present.map(() => 'write')
  watch = new RightsWatch(
    {
      ask(present) {
        asked.push([...present])
        return answer(present)
      },
      hears: () => hears,
    },
    log,
  )
})
afterEach(() => {
  watch.close()
  vi.useRealTimers()
})

function open(via: 'session' | 'token' = 'session'): Client {
  const client: Client = {
    ticket: {
      userId: randomUUID(),
      by: { via, id: randomUUID() },
      login: 'ada',
      name: 'Ada',
      workspaceId,
      teamId,
      may: 'write',
      expiresAt: 0,
    },
    may: 'write',
    closedWith: null,
    close(code) {
      client.closedWith ??= code
      watch.remove(client)
    },
  }
  watch.add(client)
  return client
}
const people = () => asked.flat().map(({ userId }) => userId)
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

const sessionEnded = ({ ticket }: Client): DomainEvent => ({
  type: 'identity.session-ended',
  sessionId: SessionId.parse(ticket.by.id),
  userId: UserId.parse(ticket.userId),
})
const leavesTeam = ({ ticket }: Client, of = TeamId.parse(randomUUID())): DomainEvent => ({
  type: 'teams.changed',
  teamId: of,
  userIds: [UserId.parse(ticket.userId)],
})

test('who has come in is asked about at once, as a ticket may be a minute old', async () => {
  answer = async () => [null]
  const late = open()
  await pass(1000)
  expect(late.closedWith).toBe(4403)
})

test('and once more, as the copy that was asked may not have heard of an event that came before them', async () => {
  const late = open()
  await pass(1000)
  expect(late.closedWith).toBeNull()
  answer = async () => [null]
  await pass(4000)
  expect(late.closedWith).toBe(4403)
})

test('a thousand people are not asked about each second, but all of them every 15', async () => {
  for (let index = 0; index < 1000; index += 1) open()
  await pass(1000)
  expect(asked.map((each) => each.length)).toEqual([1000])
  await pass(4000)
  asked = []
  await pass(9000)
  expect(asked).toEqual([])
  await pass(2000)
  expect(asked.map((each) => each.length)).toEqual([1000])
})

test('after an event those whom it concerns are asked about at once, and once more when all copies have heard of it', async () => {
  const [concerned, other, program] = [open(), open(), open('token')]
  await pass(5000)
  asked = []
  watch.onEvent(leavesTeam(concerned))
  await pass(0)
  expect(people()).toEqual([concerned.ticket.userId])
  answer = async () => [null]
  await pass(4000)
  expect(people()).toEqual([concerned.ticket.userId, concerned.ticket.userId])
  expect([concerned.closedWith, other.closedWith]).toEqual([4403, null])

  watch.onEvent(sessionEnded(other))
  watch.onEvent({
    type: 'identity.token-ended',
    tokenId: TokenId.parse(program.ticket.by.id),
    userId: UserId.parse(program.ticket.userId),
  })
  await pass(1000)
  expect([other.closedWith, program.closedWith]).toEqual([4403, 4403])
})

test('what changes nobody’s rights asks nothing: others’ sessions, other workspaces', async () => {
  open()
  await pass(1000)
  asked = []
  watch.onEvent({
    type: 'workspaces.removed',
    workspaceId: WorkspaceId.parse(randomUUID()),
    ownerId: null,
    teamId: null,
    name: 'elsewhere',
  })
  watch.onEvent({
    type: 'identity.session-ended',
    sessionId: SessionId.parse(randomUUID()),
    userId: UserId.parse(randomUUID()),
  })
  await pass(0)
  expect(asked).toEqual([])
})

test('an event that comes while the answer is awaited is not lost', async () => {
  const client = open()
  await pass(1000)
  let release: (rights: readonly Right[]) => void = () => undefined
  answer = () => new Promise((resolve) => (release = resolve))
  watch.onEvent(leavesTeam(client))
  watch.onEvent(leavesTeam(client))
  answer = async () => [null]
  release(['write'])
  await pass(1)
  expect(client.closedWith).toBe(4403)
})

test('a right that has become less is held to from then on', async () => {
  const client = open()
  await pass(1000)
  answer = async () => ['read']
  watch.onEvent(leavesTeam(client, teamId))
  await pass(0)
  expect([client.may, client.closedWith]).toEqual(['read', null])
})

test('while the bus is away all are asked about each second', async () => {
  open()
  await pass(1000)
  hears = false
  asked = []
  await pass(3000)
  expect(asked).toHaveLength(3)
})

test('with nobody to ask it is tried each second, and after 15 nobody is let go on', async () => {
  const client = open()
  answer = () => Promise.reject(new Error('away'))
  await pass(1000)
  expect(asked).toHaveLength(1)
  await pass(14_000)
  expect([asked.length, client.closedWith]).toEqual([15, null])
  await pass(3000)
  expect(client.closedWith).toBe(4503)
})
