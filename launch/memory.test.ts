import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hierarchyOf } from './memory.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'arcx-cgroup-'))
})
afterEach(() => rm(root, { recursive: true }))

const file = async (path: string, text = '') => {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), text)
}

test.for([
  ['version 1', ['memory/own/memory.limit_in_bytes'], '4:memory:/own\n0::/\n', { version: 1, parents: ['memory/own'] }],
  [
    'version 1 with several controllers together',
    ['memory/own/memory.limit_in_bytes'],
    '3:cpu,memory:/own\n',
    { version: 1, parents: ['memory/own'] },
  ],
  [
    'version 1 in a container that is told the host’s path',
    ['memory/memory.limit_in_bytes'],
    '4:memory:/docker/abc\n',
    { version: 1, parents: ['memory'] },
  ],
  [
    'version 2',
    ['cgroup.controllers'],
    '0::/system.slice/arcx.service\n',
    { version: 2, parents: ['system.slice/arcx.service', 'system.slice'] },
  ],
  ['version 2 at the root', ['cgroup.controllers'], '0::/\n', { version: 2, parents: [''] }],
  ['version 2 beside version 1 that counts no memory', [], '2:cpu:/\n0::/\n', null],
  ['none', [], '', null],
] as const)('%s: the groups in which a service’s may be made are found', async ([, files, self, expected]) => {
  for (const each of files) await file(each)
  await file('self', self)
  const found = await hierarchyOf(root, join(root, 'self'))
  expect(found).toEqual(
    expected === null ? null : { version: expected.version, parents: expected.parents.map((path) => join(root, path)) },
  )
  expect(await readdir(root)).toContain('self')
  expect(await readFile(join(root, 'self'), 'utf8')).toBe(self)
})
