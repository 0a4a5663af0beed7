import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { servePage } from './pages.ts'

let directory: string
let root: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-pages-'))
  root = join(directory, 'web')
  await mkdir(join(root, 'assets'), { recursive: true })
  await writeFile(join(root, 'index.html'), '<!doctype html><title>arcx</title>')
  await writeFile(join(root, 'assets', 'a.js'), 'export {}')
  await writeFile(join(directory, 'secret.json'), '{}')
  await symlink(join(directory, 'secret.json'), join(root, 'link.json'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const get = (path: string, method = 'GET') => servePage(root, { method, url: `arcx-app://app${path}` })

test('files are served as what they are, and each route with the one page, all under the policy', async () => {
  const script = await get('/assets/a.js')
  expect([script.status, script.headers.get('content-type'), await script.text()]).toEqual([
    200,
    'text/javascript; charset=utf-8',
    'export {}',
  ])
  for (const path of ['/', '/dashboard', '/workspaces/mine?x=1', '/open/a.b']) {
    const page = await get(path)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self'")
  }
})

test('nothing outside of the package is served', async () => {
  for (const path of [
    '/../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e/secret.json',
    '/assets/..%2f..%2fsecret.json',
    '/link.json',
    '/assets/..%5c..%5csecret.json',
    '/none.js',
    '/a%00.js',
    '/%ff.js',
  ]) {
    expect((await get(path)).status, path).toBeGreaterThanOrEqual(400)
  }
  expect((await get('/dashboard', 'POST')).status).toBe(405)
})
