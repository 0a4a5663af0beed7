import { expect, test } from 'vitest'
import { statesBefore, transitions } from './transitions.ts'

const states = Object.keys(transitions) as (keyof typeof transitions)[]

test('every state but deletion has a way on, and deletion none back', () => {
  for (const state of states) expect(transitions[state].length > 0).toBe(state !== 'deleting')
})

test('a person can always delete', () => {
  for (const state of states) if (state !== 'deleting') expect(transitions[state]).toContain('deleting')
})

test('nothing runs that was not started, and nothing is stopped that was not stopping', () => {
  expect(statesBefore('running')).toEqual(['starting'])
  expect(statesBefore('stopped')).toEqual(['stopping'])
  expect(statesBefore('creating')).toEqual([])
})
