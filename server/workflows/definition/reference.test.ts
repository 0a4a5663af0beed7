import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { workflowJsonSchema } from './json-schema.ts'
import { referenceFile, renderReference } from './reference.ts'

test('the reference is the one that the schema makes', async () => {
  expect(await readFile(referenceFile, 'utf8')).toBe(renderReference())
})

test('the published schema knows every key, and each kind of step with what it takes', () => {
  const text = JSON.stringify(workflowJsonSchema())
  for (const key of ['workflow_dispatch', 'timeout-minutes', 'fail-fast', 'cancel-in-progress', 'working-directory'])
    expect(text).toContain(`"${key}"`)
  expect(text).toContain('"const":"workspace/create"')
})
