import { randomUUID } from 'node:crypto'
import { EventEmitter, on } from 'node:events'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { SessionId, UserId, WorkspaceId } from '@arcx/router'
import type { DomainEvent } from '@arcx/router'
import type { FeedItem } from '../events/feed.ts'
import { Admission } from './admission.ts'
import { WorkspacePresenter } from './presenter.ts'
import type { WorkspaceRow } from './store.ts'

const ownerId = UserId.parse(randomUUID())
const person = { kind: 'user', via: 'session', userId: ownerId, sessionId: SessionId.parse(randomUUID()) } as const
const presenter = new WorkspacePresenter((name) => `http://${name}.localhost`, null)

function row(name: string, more: Partial<WorkspaceRow> = {}): WorkspaceRow {
  const now = new Date()
  return {
    id: randomUUID(),
    ownerId,
    teamId: null,
    createdById: ownerId,
    name,
    state: 'running',
    step: null,
    reason: null,
    incarnation: 1,
    losses: 0,
    revision: 1n,
    createdAt: now,
    updatedAt: now,
    startedAt: now,
    lastActivityAt: now,
    diskBytes: null,
    diskFiles: null,
    ...more,
  }
}

const over = new AbortController()
afterAll(() => over.abort())
afterEach(() => {
  vi.useRealTimers()
})

/** Rows that are read by name, how often, and events of them. */
function server(...rows: WorkspaceRow[]) {
  vi.useFakeTimers({ toFake: ['Date'] })
  const byName = new Map(rows.map((each) => [each.name, each]))
  const reads: string[] = []
  const events = new EventEmitter()
  const admission = new Admission(
    {
      byId: async (id) => [...byName.values()].find((each) => each.id === id),
      byName: async (name) => {
        reads.push(name)
        return byName.get(name)
      },
    },
    async () => new Map(),
  )
  void admission
    .follow(
      {
        async *subscribe(): AsyncIterable<FeedItem> {
          for await (const [item] of on(events, 'item', { signal: over.signal })) yield item as FeedItem
        },
      },
      over.signal,
    )
    .catch(() => undefined)
  let sequence = 0
  const tell = async (event: DomainEvent | null) => {
    sequence += 1
    events.emit('item', event === null ? { gap: true, sequence } : { sequence, event })
    // One turn for each that it goes through.
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
  }
  return {
    reads,
    byName,
    admit: (name: string) => admission.admit(person, name),
    changed: (now: WorkspaceRow) => tell({ type: 'workspaces.changed', workspace: presenter.present(now) }),
    removed: (gone: WorkspaceRow) =>
      tell({
        type: 'workspaces.removed',
        workspaceId: WorkspaceId.parse(gone.id),
        ownerId,
        teamId: null,
        name: gone.name,
      }),
    gap: () => tell(null),
  }
}

test('an event of one workspace has it read again, and no other', async () => {
  const [one, other] = [row('one', { state: 'starting' }), row('other')]
  const { reads, byName, admit, changed } = server(one, other)
  await Promise.all(['one', 'other'].map(admit))
  byName.set('one', { ...one, state: 'running', incarnation: 2 })
  await changed({ ...one, step: 'Waiting for VS Code' })
  expect(await admit('one')).toMatchObject({ running: true, incarnation: 2 })
  await admit('other')
  expect(reads).toEqual(['one', 'other', 'one'])
})

test('one that is renamed is found under its new name, and under its old one no more', async () => {
  const one = row('before')
  const { byName, admit, changed } = server(one)
  await admit('before')
  await expect(admit('after')).rejects.toThrow('no such workspace')
  byName.delete('before')
  byName.set('after', { ...one, name: 'after' })
  await changed({ ...one, name: 'after' })
  expect(await admit('after')).toMatchObject({ workspaceId: one.id })
  await expect(admit('before')).rejects.toThrow('no such workspace')
})

test('one that is removed is forgotten, and after a gap everything is', async () => {
  const [one, other] = [row('one'), row('other')]
  const { reads, byName, admit, removed, gap } = server(one, other)
  await Promise.all(['one', 'other'].map(admit))
  byName.delete('one')
  await removed(one)
  await expect(admit('one')).rejects.toThrow('no such workspace')
  await admit('other')
  expect(reads).toEqual(['one', 'other', 'one'])
  await gap()
  await admit('other')
  expect(reads).toEqual(['one', 'other', 'one', 'other'])
})
