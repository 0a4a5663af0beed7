/// <reference lib="dom" />
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WorkspaceId } from '@arcx/router'
import { testPort } from '@arcx/testing/port'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import type { Person } from '@arcx/testing/person'
import { testDirectory, testRun } from '@arcx/testing/run'
import { openBrowser } from './browser.ts'

const kinds: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

let collab: TestCollab
let browser: Browser
let pages: Server
let pagesOrigin: string
let port: number
let people: readonly Person[]
let workspaceId: WorkspaceId

beforeAll(async () => {
  const outDir = await testDirectory(testRun(), 'stock-editors')
  const pagesPort = await testPort()
  pagesOrigin = `http://localhost:${pagesPort}`
  ;[collab, browser] = await Promise.all([
    startTestCollab(),
    openBrowser(),
    build({
      root: fileURLToPath(new URL('stock', import.meta.url)),
      logLevel: 'error',
      build: { outDir, minify: false, target: 'esnext' },
    }),
  ])
  pages = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', pagesOrigin)
    const file = join(outDir, pathname === '/' ? 'index.html' : pathname)
    void readFile(file).then(
      (bytes) => response.setHeader('content-type', kinds[extname(file)] ?? 'application/octet-stream').end(bytes),
      () => response.writeHead(404).end(),
    )
  }).listen(pagesPort)
  // A page of elsewhere, which whoever runs the server has permitted.
  ;({ port } = await collab.copy({ ARC_COLLAB_ORIGINS: pagesOrigin }))
  const [ann, ben] = [await collab.arc.person(), await collab.arc.person()]
  const { id: teamId } = await ann.api.teams.create.mutate({ name: 'stock' })
  await collab.arc.prisma.membership.create({ data: { teamId, userId: ben.userId, role: 'member' } })
  workspaceId = (await ann.api.workspaces.create.mutate({ name: 'stock', teamId })).id
  people = [ann, ben]
})
afterAll(async () => {
  await browser?.close()
  pages?.close()
  await collab?.destroy()
})

async function openEditor(editor: 'codemirror' | 'monaco', person: Person | undefined, room: string): Promise<Page> {
  const { ticket } = await (person as Person).api.collab.ticket.mutate({ workspaceId })
  const page = await browser.newPage()
  await page.goto(
    `${pagesOrigin}/?${new URLSearchParams({ editor, url: `ws://localhost:${port}/workspaces/${workspaceId}`, room, ticket })}`,
  )
  await page.locator('#editor[data-synced]').waitFor({ timeout: 30_000 })
  await page.locator(editor === 'monaco' ? '.monaco-editor .view-lines' : '.cm-content').click()
  return page
}

const sharedText = (page: Page) => page.evaluate(() => (window as unknown as { sharedText(): string }).sharedText())
const shown = (page: Page) =>
  page.evaluate(() =>
    (document.querySelector('.cm-content') ?? document.querySelector('.view-lines'))?.textContent.replaceAll(
      '\u00a0',
      ' ',
    ),
  )

test.each([
  ['codemirror', 'codemirror'],
  ['monaco', 'monaco'],
  ['codemirror', 'monaco'],
] as const)(
  '%s and %s, as they come from npm, write in one text',
  async (one, other) => {
    const room = `${one}-${other}.txt`
    const [a, b] = [await openEditor(one, people[0], room), await openEditor(other, people[1], room)]
    await a.keyboard.type('from one')
    await expect.poll(() => shown(b)).toContain('from one')
    await b.keyboard.press('End')
    await b.keyboard.type(', from the other')
    await expect.poll(() => shown(a)).toContain('from one, from the other')
    expect(await sharedText(a)).toBe(await sharedText(b))
    // Each tells its cursor in a way of its own, so that only the same kind shows it.
    if (one === other)
      for (const [page, editor] of [
        [a, one],
        [b, other],
      ] as const) {
        await expect
          .poll(() => page.locator(editor === 'monaco' ? '.yRemoteSelectionHead' : '.cm-ySelectionCaret').count(), {
            timeout: 10_000,
          })
          .toBeGreaterThan(0)
      }
    // By keys that undo and delete too, as these editors do it.
    await a.keyboard.press('End')
    await a.keyboard.press('Backspace')
    await expect.poll(() => sharedText(b)).toBe('from one, from the othe')
    await Promise.all([a.close(), b.close()])
  },
  120_000,
)
