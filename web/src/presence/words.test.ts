import { beforeAll, expect, test } from 'vitest'
import type { PresencePlace, Present, PresenceChange } from '@arcx/router'
import { applied } from './applied.ts'
import { nameOf, whereOf } from './words.ts'
import { speakEnglish } from '../texts/language.ts'

beforeAll(speakEnglish)

const place: PresencePlace = {
  client: 'ide',
  workspaceId: null,
  file: null,
  line: null,
  typing: false,
  state: 'active',
}
const person = (login: string): Present => ({
  id: login,
  userId: login as Present['userId'],
  login,
  name: login.toUpperCase(),
  agent: null,
  places: [place],
})

test('says where somebody is, as far as it is known', () => {
  const within = { ...place, workspaceId: 'w' as PresencePlace['workspaceId'] }
  const names = (id: string) => (id === 'w' ? 'shared' : undefined)
  expect(whereOf(place, names)).toBe('in the editor')
  expect(whereOf(within, names)).toBe('shared, in the editor')
  expect(whereOf({ ...within, file: 'src/a.ts', line: 3, typing: true }, names)).toBe('src/a.ts:3 in shared, typing')
  expect(whereOf({ ...place, client: 'web', state: 'idle' }, names)).toBe('in the dashboard, idle')
})

test('an agent is called by its name, and whose it is', () => {
  expect(nameOf(person('ann'))).toBe('ANN')
  expect(nameOf({ ...person('ann'), agent: 'Refactorer' })).toBe('Refactorer (ann’s agent)')
})

test('changes make of what is shown what is', () => {
  const changes: PresenceChange[] = [
    { type: 'snapshot', present: [person('ben')] },
    { type: 'here', present: person('ann') },
    { type: 'here', present: { ...person('ben'), name: 'Benjamin' } },
    { type: 'gone', id: 'ann' },
  ]
  expect(changes.reduce(applied, [])).toEqual([{ ...person('ben'), name: 'Benjamin' }])
  expect(
    changes
      .slice(0, 2)
      .reduce(applied, [])
      .map(({ login }) => login),
  ).toEqual(['ann', 'ben'])
})
