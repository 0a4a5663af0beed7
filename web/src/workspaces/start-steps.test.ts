import { expect, test } from 'vitest'
import { startSteps } from './start-steps.ts'

test('a restart is shown as what it is, not as a wait for its turn', () => {
  for (const step of ['Restarting', 'Restarting under its new name', 'Starting again'])
    expect(startSteps(step)).toEqual([
      step,
      'Preparing the home directory',
      'Starting the container',
      'Waiting for VS Code',
    ])
})

test('a start begins by waiting for its turn', () => {
  for (const step of ['Waiting for its turn', 'Starting the container', null])
    expect(startSteps(step)[0]).toBe('Waiting for its turn')
})
