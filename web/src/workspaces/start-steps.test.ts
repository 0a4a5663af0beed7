import { expect, test } from 'vitest'
import { startSteps } from './start-steps.ts'

const rest = ['Preparing the home directory', 'Starting the container', 'Waiting for VS Code']

test('a restart is shown as what it is, not as a wait for its turn', () => {
  for (const step of ['Restarting', 'Restarting under its new name', 'Starting again'])
    for (const isConnected of [true, false]) expect(startSteps(step, isConnected)).toEqual([step, ...rest])
})

test('a start begins by waiting for its turn', () => {
  for (const step of ['Waiting for its turn', 'Starting the container', null])
    expect(startSteps(step, true)).toEqual(['Waiting for its turn', ...rest])
})

test('before changes are heard of, a workspace is not said to wait for its turn', () => {
  for (const step of ['Waiting for its turn', null]) expect(startSteps(step, false)).toEqual(['connecting', ...rest])
  expect(startSteps('Starting the container', false)).toEqual(['Waiting for its turn', ...rest])
})
