import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readWorkflow } from './workflow.ts'

const directory = fileURLToPath(new URL('../../../examples/workflows', import.meta.url))
const docs = fileURLToPath(new URL('../../../docs/workflows.md', import.meta.url))

test.each(await readdir(directory))('the example %s is a workflow', async (name) => {
  expect(readWorkflow(await readFile(`${directory}/${name}`, 'utf8')).problems).toBeNull()
})

test('each workflow in the guide is one', async () => {
  const shown = [...(await readFile(docs, 'utf8')).matchAll(/```yaml\n(name:[\s\S]*?)```/g)].map(
    ([, source = '']) => source,
  )
  expect(shown.length).toBeGreaterThan(0)
  for (const source of shown) expect(readWorkflow(source).problems).toBeNull()
})
