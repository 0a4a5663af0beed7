import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip as gzipCallback } from 'node:zlib'
import { watchChild } from './children.ts'
import type { Child } from './children.ts'
import { must } from './command.ts'
import type { Progress } from './progress.ts'

const [brotli, gzip] = [promisify(brotliCompress), promisify(gzipCallback)]

/** Builds the web application, and the CLI that is handed out with it, where they are missing or their sources have changed. */
export async function ensureWeb(repository: string, progress: Progress): Promise<void> {
  const hash = createHash('sha256')
  for (const directory of ['web', 'router', 'cli', 'docs', 'desktop-contract']) {
    const entries = await readdir(join(repository, directory), { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    for (const file of files.sort()) {
      if (/\/(dist|node_modules)\/|\.test\.tsx?$/.test(file)) continue
      hash.update(`\0${file.slice(repository.length)}\0`).update(await readFile(file))
    }
  }
  hash.update(await readFile(join(repository, 'package-lock.json')))
  const wanted = hash.digest('hex')
  const stamp = join(repository, 'web/dist/.inputs')
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return
  progress.update('Building the web application')
  await must(
    'The web application could not be built',
    process.execPath,
    [join(repository, 'node_modules/vite/bin/vite.js'), 'build'],
    { cwd: join(repository, 'web') },
  )
  await must(
    'The CLI could not be built',
    process.execPath,
    [join(repository, 'node_modules/vite/bin/vite.js'), 'build'],
    { cwd: join(repository, 'cli') },
  )
  await compress(join(repository, 'web/dist'))
  await writeFile(stamp, wanted)
}

const compressible = /\.(html|js|mjs|css|svg|json)$/
/** Smaller ones fit into a packet as they are. */
const leastBytes = 1200

/** Puts beside each file what a server sends of it to those who take it compressed. */
async function compress(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && compressible.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file)
      if (bytes.length < leastBytes) return
      const small = await Promise.all([brotli(bytes), gzip(bytes, { level: 9 })])
      await Promise.all([writeFile(`${file}.br`, small[0]), writeFile(`${file}.gz`, small[1])])
    }),
  )
}

/** Rebuilds the web application whenever its sources change, until it is stopped. */
export function watchWeb(repository: string): Child {
  const vite = [
    process.execPath,
    join(repository, 'node_modules/vite/bin/vite.js'),
    'build',
    '--watch',
    '--logLevel',
    'warn',
  ]
  return watchChild(
    'The web build',
    spawn('setpriv', ['--pdeathsig', 'TERM', ...vite], {
      cwd: join(repository, 'web'),
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  )
}
