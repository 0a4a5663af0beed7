import { execFileSync } from 'node:child_process'
import { link, mkdir, mkdtemp, open, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { measureFiles } from './measure-files.ts'

const mebibyte = 2 ** 20
const forever = new AbortController().signal
let root: string

beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'measure-'))))
// rm(1) gets to the ends of paths that are too long for one call.
afterAll(() => void execFileSync('rm', ['-rf', root]))

const trees: readonly (readonly [
  string,
  { readonly megabytes: number; readonly files: number },
  (at: string) => Promise<unknown>,
])[] = [
  ['an empty home', { megabytes: 0, files: 1 }, async () => undefined],
  [
    'files',
    { megabytes: 3, files: 4 },
    async (at) => Promise.all([1, 2, 3].map((name) => writeFile(join(at, String(name)), Buffer.alloc(mebibyte, 1)))),
  ],
  [
    'a file with many names, once',
    { megabytes: 2, files: 2 },
    async (at) => {
      await writeFile(join(at, 'first'), Buffer.alloc(2 * mebibyte, 1))
      for (let number = 0; number < 100; number += 1) await link(join(at, 'first'), join(at, `name-${number}`))
    },
  ],
  [
    'a sparse file for what is in it',
    { megabytes: 1, files: 2 },
    async (at) => {
      const file = await open(join(at, 'sparse'), 'w')
      await file.write(Buffer.alloc(mebibyte, 1), 0, mebibyte, 2 ** 40)
      await file.close()
    },
  ],
  [
    'links that lead out, not followed',
    { megabytes: 0, files: 4 },
    async (at) => {
      await symlink('/usr', join(at, 'usr'))
      await symlink('/', join(at, 'root'))
      await symlink('.', join(at, 'self'))
    },
  ],
  [
    'names that are not words',
    { megabytes: 1, files: 4 },
    async (at) => {
      await writeFile(join(at, '-rf'), Buffer.alloc(mebibyte, 1))
      await writeFile(join(at, '123\t\n9999999\t'), '')
      await writeFile(Buffer.concat([Buffer.from(`${at}/`), Buffer.from([0xff, 0xfe])]), '')
    },
  ],
  [
    'many files that take no room',
    { megabytes: 0, files: 3001 },
    async (at) => {
      for (let number = 0; number < 3000; number += 1) await writeFile(join(at, String(number)), '')
    },
  ],
  [
    'names nested deeper than a path may be long',
    { megabytes: 12, files: 3001 },
    async (at) => {
      execFileSync('python3', [
        '-c',
        'import os\nos.chdir(os.sys.argv[1])\nfor _ in range(3000):\n os.mkdir("d" * 200)\n os.chdir("d" * 200)',
        at,
      ])
    },
  ],
]

test.each(trees)('%s', async (name, expected, make) => {
  const at = join(root, `${trees.findIndex(([each]) => each === name)}`)
  await mkdir(at)
  await make(at)
  const use = await measureFiles(at, forever)
  expect(use?.files).toBe(expected.files)
  expect(Math.abs((use?.bytes ?? 0) / mebibyte - expected.megabytes)).toBeLessThan(0.3)
})

test('what cannot be counted in time is said so, and nothing is left running', async () => {
  expect(await measureFiles('/', forever, 1)).toBeNull()
})

test('the caller may give up', async () => {
  await expect(measureFiles('/', AbortSignal.abort())).rejects.toThrow()
})

test('where it fails for another reason than a bound, that is not taken for too many files', async () => {
  await expect(measureFiles(join(root, 'gone'), forever)).rejects.toThrow(/No such file/)
})
