import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { PresenceEntry } from '@arcx/router'
import { Roll } from './roll.ts'
import type { Topic, View } from './roll.ts'

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
const told = (roll: Roll, version: number) =>
  roll.changedSince(version, topics)?.flatMap(({ id, before }) => {
    if (roll.person(id, view) !== undefined) return [`here ${id}`]
    return before.some((each) => view(each) !== null) ? [`gone ${id}`] : []
  })

test('a reader of a workspace is told nothing of who comes, moves and goes elsewhere', () => {
  const roll = new Roll()
  roll.set('process', entry(ann, 'a', here))
  const before = roll.version
  roll.set('process', entry(ben, 'b', elsewhere, 'Secret plan'))
  roll.set('process', entry(ben, 'b', null, 'Secret plan'))
  roll.end('process', 'b')
  expect(roll.version).toBe(before + 3)
  expect(roll.changedSince(before, topics)).toEqual([])
  expect(roll.everybody(topics, view).map(({ id }) => id)).toEqual([ann])
})

test('who was shown and has gone, or has moved elsewhere, is told as gone, also to a reader who was cut off meanwhile', () => {
  const roll = new Roll()
  roll.set('process', entry(ann, 'a', here))
  roll.set('process', entry(ben, 'b', here))
  const cut = roll.version
  roll.end('process', 'a')
  roll.set('process', entry(ben, 'b', elsewhere))
  roll.set('process', entry(ben, 'b', elsewhere, null, 2))
  expect(told(roll, cut)).toEqual([`gone ${ann}`, `gone ${ben}`])
  roll.set('process', entry(ben, 'b', here))
  expect(told(roll, cut)).toEqual([`gone ${ann}`, `here ${ben}`])
})

test('a change wakes its own readers and nobody else, so that a thousand workspaces do not cost a million calls', () => {
  const roll = new Roll()
  let woken = 0
  const stops = Array.from({ length: 1000 }, () => roll.listen([`workspace ${randomUUID()}`], () => (woken += 1)))
  const stop = roll.listen(topics, () => (woken += 1))
  roll.set('process', entry(ann, 'a', here))
  expect(woken).toBe(1)
  roll.set('process', entry(ann, 'a', elsewhere))
  expect(woken).toBe(2)
  roll.set('process', entry(ann, 'a', elsewhere, null, 2))
  expect(woken).toBe(2)
  for (const each of [stop, ...stops]) each()
  roll.set('process', entry(ann, 'a', here))
  expect(woken).toBe(2)
})

test('what is not remembered any more is told as such, and what never happened is not', () => {
  const roll = new Roll()
  roll.set('process', entry(ann, 'a', here))
  const before = roll.version
  for (let line = 2; line < 12_000; line += 1) roll.set('process', entry(ann, 'a', here, null, line))
  expect(roll.changedSince(before, topics)).toBeNull()
  expect(told(roll, roll.version - 10)).toEqual([`here ${ann}`])
  expect(roll.changedSince(roll.version + 1, topics)).toBeNull()
})

test('logs of workspaces where nobody is any more are let go, and a reader who comes back to one gets the whole', () => {
  const roll = new Roll()
  roll.set('process', entry(ann, 'a', here))
  roll.end('process', 'a')
  const before = roll.version
  for (let count = 0; count < 11_000; count += 1) {
    roll.set('process', entry(ben, 'b', randomUUID()))
    roll.end('process', 'b')
  }
  expect(roll.changedSince(before - 1, topics)).toBeNull()
  expect(roll.changedSince(roll.version, topics)).toEqual([])
})
