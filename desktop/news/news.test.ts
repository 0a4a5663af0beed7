import { expect, test } from 'vitest'
import type { Invitation, Workspace } from '@arcx/router'
import { idleNote, idleWarningAt, invitationNews, workspaceNews } from './news.ts'

const workspace = (state: Workspace['state'], more: Partial<Workspace> = {}) =>
  ({ id: 'w1', name: 'mine', state, reason: null, lastActivityAt: null, ...more }) as unknown as Workspace
const titles = (before: Workspace, after: Workspace, watched: string | null = null) =>
  workspaceNews([before], [after], watched).map(({ title }) => title)

test('told are: ready, failed, and stopped by itself', () => {
  expect(titles(workspace('starting'), workspace('running'))).toEqual(['mine is ready'])
  expect(titles(workspace('starting'), workspace('failed', { reason: 'Out of memory.' }))).toEqual(['mine failed'])
  expect(titles(workspace('stopping'), workspace('stopped', { reason: 'Nobody used it for 30 minutes.' }))).toEqual([
    'mine has stopped',
  ])
})

test('not told are: what somebody did, what they look at, what was so before, and what is new', () => {
  expect(titles(workspace('stopping'), workspace('stopped'))).toEqual([])
  expect(titles(workspace('starting'), workspace('running'), 'w1')).toEqual([])
  expect(titles(workspace('running'), workspace('running'))).toEqual([])
  expect(workspaceNews([], [workspace('running')], null)).toEqual([])
})

test('before a stop for want of use its people are told five minutes ahead, or half of a short time', () => {
  const at = Date.parse('2026-01-01T12:00:00Z')
  const used = workspace('running', { lastActivityAt: '2026-01-01T12:00:00Z' })
  expect(idleWarningAt(used, 1800)).toBe(at + 25 * 60_000)
  expect(idleWarningAt(used, 60)).toBe(at + 30_000)
  expect([
    idleWarningAt(used, 0),
    idleWarningAt(workspace('stopped', { lastActivityAt: '2026-01-01T12:00:00Z' }), 1800),
    idleWarningAt(workspace('running'), 1800),
  ]).toEqual([null, null, null])
  expect(idleNote(used, 1800, at + 24 * 60_000)).toBeNull()
  expect(idleNote(used, 1800, at + 26 * 60_000)?.body).toContain('about 4 minutes')
  expect(idleNote(used, 1800, at + 29.9 * 60_000)?.body).toContain('about a minute')
  expect(idleNote(used, 1800, at + 31 * 60_000)).toBeNull()
})

test('an invitation is told once, and none of those that were there at the start', () => {
  const invitation = (teamId: string) => ({ teamId, teamName: teamId, invitedBy: 'grace' }) as unknown as Invitation
  expect(invitationNews(null, [invitation('a')])).toEqual([])
  expect(invitationNews([invitation('a')], [invitation('a'), invitation('b')]).map(({ title }) => title)).toEqual([
    'You are invited to b',
  ])
})
