import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { Tickets } from './ticket.ts'

const tickets = new Tickets('i'.repeat(40))
const ticket = {
  userId: randomUUID(),
  by: { via: 'session', id: randomUUID() },
  login: 'ann',
  name: 'Ann',
  workspaceId: randomUUID(),
  teamId: null,
  may: 'write',
  expiresAt: Date.now() + 60_000,
} as const

test('a ticket is read as it was issued, until it is over, and by whoever knows the token alone', () => {
  expect(tickets.read(tickets.issue(ticket))).toEqual(ticket)
  expect(tickets.read(tickets.issue({ ...ticket, expiresAt: Date.now() - 1 }))).toBeNull()
  expect(new Tickets('j'.repeat(40)).read(tickets.issue(ticket))).toBeNull()
})

test('Coder CVE-2026-46354: one changed character anywhere, and it is none', () => {
  const text = tickets.issue(ticket)
  for (let at = 0; at < text.length; at += 1) {
    const other = text[at] === 'A' ? 'B' : 'A'
    expect(tickets.read(text.slice(0, at) + other + text.slice(at + 1))).toBeNull()
  }
  for (const wrong of ['', '.', 'a.b', `${text}.`, `${text}A`, text.slice(1)]) expect(tickets.read(wrong)).toBeNull()
})
