import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findCredentials } from './detector.ts'

const root = fileURLToPath(new URL('../node_modules', import.meta.url))

/** As they are published, with their tests and documents, minified forms and maps; the lock file pins their versions. */
const packages = [
  '@tanstack/react-query',
  '@trpc/server',
  '@types/node',
  '@babel/core',
  'ajv',
  'commander',
  'fastify',
  'highlight.js',
  'oauth4webapi',
  'lodash.isequal',
  'monaco-editor',
  'pg',
  'pino',
  'playwright-core',
  'postcss',
  'react',
  'react-dom',
  'rolldown',
  'socket.io',
  'tailwindcss',
  'typescript',
  'undici',
  'vite',
  'vitest',
  'ws',
  'yaml',
  'yjs',
  'zod',
]

function* filesIn(folder: string): Iterable<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) yield* filesIn(join(folder, entry.name))
    else if (entry.isFile() && /\.(?:[cm]?[jt]sx?|json|md|map|css|html|ya?ml|svg|txt)$/.test(entry.name))
      yield join(folder, entry.name)
  }
}

const present = packages.filter((name) => readdirSync(join(root, name, '..')).includes(name.split('/').at(-1) ?? ''))

test('enough of them are here', () => {
  expect(present.length).toBeGreaterThanOrEqual(20)
})

test.each(present)('%s raises no alarm', (name) => {
  const found: string[] = []
  for (const file of filesIn(join(root, name))) {
    const text = readFileSync(file, 'utf8')
    for (const { rule, start, end } of findCredentials(text))
      found.push(`${rule} ${text.slice(start, end)} in ${file.slice(root.length)}`)
  }
  expect(found).toEqual([])
})
