import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** They run on Windows too, whose shell has no `exec`; there and here, `start.mjs` ends with the shell that started it. */
const everywhere = new Set(['desktop', 'package'])

test('every script takes the shell’s place, so that a signal to npm reaches the program', async () => {
  const { scripts } = JSON.parse(
    await readFile(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'),
  ) as { scripts: Record<string, string> }
  expect(Object.keys(scripts)).toContain('start')
  for (const [name, script] of Object.entries(scripts))
    expect(script.startsWith('exec '), name).toBe(!everywhere.has(name))
})
