import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { PresenceEntry } from '@arcx/router'
import { PresenceRegistry } from './registry.ts'
import type { View } from './registry.ts'
import type { Topic } from './topic-changes.ts'

const [here, elsewhere] = [randomUUID(), randomUUID()]
const [ann, ben] = [randomUUID(), randomUUID()]
const topics: readonly Topic[] = [`workspace ${here}`]
const view: View = ({ place }) => (place.workspaceId === here ? place : null)

const entry = (userId: string, key: string, workspaceId: string | null, agent: string | null = null, line = 1) =>
  PresenceEntry.parse({
    key,
    userId,
    login: userId,
    name: userId,
    agent,
    teamId: null,
    place: { client: agent === null ? 'ide' : 'agent', workspaceId, line },
  })

/** What a reader is told from a number on. */
const told = (registry: PresenceRegistry, version: number) =>
  registry.changedSince(version, topics)?.flatMap(({ id, before }) => {
    if (registry.person(id, view) !== undefined) return [`here ${id}`]
    return before.some((each) => view(each) !== null) ? [`gone ${id}`] : []
  })

test('a reader of a workspace is told nothing of who comes, moves and goes elsewhere', () => {
  const registry = new PresenceRegistry()
  registry.set('process', entry(ann, 'a', here))
  const before = registry.version
  registry.set('process', entry(ben, 'b', elsewhere, 'Secret plan'))
  registry.set('process', entry(ben, 'b', null, 'Secret plan'))
  registry.end('process', 'b')
  expect(registry.version).toBe(before + 3)
  expect(registry.changedSince(before, topics)).toEqual([])
  expect(registry.everybody(topics, view).map(({ id }) => id)).toEqual([ann])
})

test('who was shown and has gone, or has moved elsewhere, is told as gone, also to a reader who was cut off meanwhile', () => {
  const registry = new PresenceRegistry()
  registry.set('process', entry(ann, 'a', here))
  registry.set('process', entry(ben, 'b', here))
  const cut = registry.version
  registry.end('process', 'a')
  registry.set('process', entry(ben, 'b', elsewhere))
  registry.set('process', entry(ben, 'b', elsewhere, null, 2))
  expect(told(registry, cut)).toEqual([`gone ${ann}`, `gone ${ben}`])
  registry.set('process', entry(ben, 'b', here))
  expect(told(registry, cut)).toEqual([`gone ${ann}`, `here ${ben}`])
})

test('a change wakes its own readers and nobody else, so that a thousand workspaces do not cost a million calls', () => {
  const registry = new PresenceRegistry()
  let woken = 0
  const stops = Array.from({ length: 1000 }, () => registry.listen([`workspace ${randomUUID()}`], () => (woken += 1)))
  const stop = registry.listen(topics, () => (woken += 1))
  registry.set('process', entry(ann, 'a', here))
  expect(woken).toBe(1)
  registry.set('process', entry(ann, 'a', elsewhere))
  expect(woken).toBe(2)
  registry.set('process', entry(ann, 'a', elsewhere, null, 2))
  expect(woken).toBe(2)
  for (const each of [stop, ...stops]) each()
  registry.set('process', entry(ann, 'a', here))
  expect(woken).toBe(2)
})

test('what is not remembered any more is told as such, and what never happened is not', () => {
  const registry = new PresenceRegistry()
  registry.set('process', entry(ann, 'a', here))
  const before = registry.version
  for (let line = 2; line < 12_000; line += 1) registry.set('process', entry(ann, 'a', here, null, line))
  expect(registry.changedSince(before, topics)).toBeNull()
  expect(told(registry, registry.version - 10)).toEqual([`here ${ann}`])
  expect(registry.changedSince(registry.version + 1, topics)).toBeNull()
})

test('logs of workspaces where nobody is any more are let go, and a reader who comes back to one gets the whole', () => {
  const registry = new PresenceRegistry()
  registry.set('process', entry(ann, 'a', here))
  registry.end('process', 'a')
  const before = registry.version
  for (let count = 0; count < 11_000; count += 1) {
    registry.set('process', entry(ben, 'b', randomUUID()))
    registry.end('process', 'b')
  }
  expect(registry.changedSince(before - 1, topics)).toBeNull()
  expect(registry.changedSince(registry.version, topics)).toEqual([])
})
