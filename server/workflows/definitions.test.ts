import { expect, test } from 'vitest'
import { Definitions } from './definitions.ts'

const source = (name: string) =>
  `name: ${name}\non: {workflow_dispatch: {}}\njobs: {a: {steps: [{uses: wait, with: {seconds: 1}}]}}`

test('a source is read once while it is in use, and what was not asked for longest is forgotten', () => {
  const definitions = new Definitions(source('a').length * 2)
  const [a, b] = [definitions.read(source('a')), definitions.read(source('b'))]
  expect(definitions.read(source('a'))).toBe(a)
  expect(definitions.read(source('c')).workflow?.name).toBe('c')
  expect(definitions.read(source('a'))).toBe(a)
  expect(definitions.read(source('b'))).not.toBe(b)
})
