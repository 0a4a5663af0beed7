import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pagePaths } from '@arcx/router'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'

let arc: TestOrchestrator
let application: string
beforeAll(async () => {
  arc = await startTestOrchestrator()
  application = await readFile(new URL('../../web/dist/index.html', import.meta.url), 'utf8')
})
afterAll(() => arc?.destroy())

/** As browsers, curl, link previews and uptime checks ask. */
const clients: Readonly<Record<string, Record<string, string>>> = {
  'a browser': { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'accept-encoding': 'gzip, deflate, br' },
  curl: { accept: '*/*' },
  'a program that names nothing': {},
  'a link preview': { accept: '*/*', 'accept-encoding': 'identity' },
}

test.each(Object.entries(clients))('every page answers %s', async (_client, headers) => {
  for (const path of pagePaths.map((each) => each.replaceAll(/\$\w+/g, 'some'))) {
    const answer = await arc.send(path, { headers })
    expect([path, answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      path,
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ])
    if (answer.headers['content-encoding'] === undefined) expect(answer.body).toBe(application)
    const head = await arc.send(path, { method: 'HEAD', headers })
    expect([path, head.status, head.body]).toEqual([path, 200, ''])
  }
})

test.each(['/nothing', '/nothing/at/all', '/assets/', '/assets', '/cli/', '/workspaces/a/b', '/api/nothing'])(
  '%s is not there, and that is said in the form that was asked for',
  async (path) => {
    for (const accept of ['*/*', 'application/json', 'image/png']) {
      const answer = await arc.send(path, { headers: { accept } })
      expect([accept, answer.status, answer.headers['content-type']]).toEqual([
        accept,
        404,
        'application/json; charset=utf-8',
      ])
      expect(JSON.parse(answer.body).error.code).toBe('not_found')
    }
    const page = await arc.send(path, { headers: { accept: 'text/html' } })
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    expect(page.body).toBe(application)
  },
)

test('the application has a page for each path that is answered with it', async () => {
  const routes = await readFile(new URL('../../web/src/routes.tsx', import.meta.url), 'utf8')
  const paths = [...routes.matchAll(/\bpath: '([^']+)'/g)].map(([, path]) => path)
  expect(paths.toSorted()).toEqual([...pagePaths].toSorted())
})
