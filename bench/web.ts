import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { testRun } from '@arcx/testing/run'
import { median } from './table.ts'
import type { Table } from './table.ts'

const rounds = 7
const changes = 20
const many = 500
const slowed = 4

/** What a person waits for, beside what they should at most. Measured by the browser itself (DevTools protocol, Performance). */
export async function benchWeb(): Promise<Table> {
  const arc = await startTestOrchestrator()
  const browser = await chromium.launch({ executablePath: testRun().ARCX_TEST_CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'] })
  try {
    const person = await arc.person()
    const few = Array.from({ length: 6 }, (_, index) => ({ id: crypto.randomUUID(), ownerId: person.userId, name: `row-${index}`, state: 'stopped' as const, step: null, reason: null }))
    await arc.database.insertInto('Workspace').values(few).execute()
    const [first, useful, bytes]: number[][] = [[], [], []]
    for (let round = 0; round < rounds; round += 1) {
      const context = await signedIn(browser, arc.origin, person)
      const load = await loadOf(context, `${arc.origin}/dashboard`)
      first?.push(load.firstPaintMs)
      useful?.push(load.usefulMs)
      bytes?.push(load.bytes)
      await context.close()
    }
    const context = await signedIn(browser, arc.origin, person)
    const page = await context.newPage()
    await page.goto(`${arc.origin}/dashboard`)
    await page.locator('[data-workspace]').first().waitFor()
    const seen: number[] = []
    for (let change = 0; change < changes; change += 1) {
      const name = `renamed-${change}`
      const shown = page.evaluate((wanted) => new Promise<number>((resolve) => {
        const look = () => document.querySelector(`[data-workspace="${wanted}"]`) !== null && (observer.disconnect(), resolve(Date.now()))
        const observer = new MutationObserver(look)
        observer.observe(document.body, { subtree: true, childList: true, attributes: true })
      }), name)
      await new Promise((resolve) => setTimeout(resolve, 100))
      const asked = Date.now()
      await person.api.workspaces.rename.mutate({ workspaceId: few[0]?.id ?? '', name })
      seen.push((await shown) - asked)
    }
    await context.close()
    const owner = await arc.person()
    await arc.database.insertInto('Workspace').values(Array.from({ length: many }, (_, index) => ({ id: crypto.randomUUID(), ownerId: owner.userId, name: `many-${String(index).padStart(3, '0')}`, state: 'stopped' as const, step: null, reason: null }))).execute()
    const longContext = await signedIn(browser, arc.origin, owner)
    const long = await longContext.newPage()
    await long.goto(`${arc.origin}/dashboard`)
    await long.locator('[data-workspace=many-000]').waitFor()
    const late = await lateFrames(long)
    const typing = await typingTook(long)
    await longContext.close()
    return {
      title: `The dashboard (median of ${rounds}; CPU slowed ${slowed} × while it loads)`,
      peer: 'aim',
      rows: [
        { what: 'first paint', ours: median(first ?? []), peer: 1000, unit: 'ms' },
        { what: 'workspaces on screen', ours: median(useful ?? []), peer: 1000, unit: 'ms' },
        { what: 'JavaScript until then, compressed', ours: median(bytes ?? []) / 1024, peer: 180, unit: 'KB' },
        { what: `a change elsewhere, from its call to the screen (median of ${changes})`, ours: median(seen), peer: 150, unit: 'ms' },
        { what: `${many} workspaces: frames that came late while scrolling`, ours: late, peer: 1, unit: 'per cent' },
        { what: `${many} workspaces: from a letter in the filter to the next frame`, ours: typing, peer: 50, unit: 'ms' },
      ],
    }
  } finally {
    await browser.close()
    await arc.destroy()
  }
}

async function signedIn(browser: Browser, origin: string, person: Person): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const [name = '', value = ''] = person.cookie.split('=')
  await context.addCookies([{ name, value, url: origin }])
  return context
}

async function loadOf(context: BrowserContext, url: string): Promise<{ readonly firstPaintMs: number; readonly usefulMs: number; readonly bytes: number }> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowed })
  const bodies: Promise<number>[] = []
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.endsWith('.js')) bodies.push(response.body().then((body) => gzipSync(body).length))
  })
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (document.querySelector('[data-workspace]') === null) return
      observer.disconnect()
      requestAnimationFrame(() => requestAnimationFrame(() => Object.assign(window, { useful: performance.now() })))
    })
    observer.observe(document, { subtree: true, childList: true })
  })
  await page.goto(url)
  await page.waitForFunction(() => 'useful' in window)
  const seen = await page.evaluate(() => ({ firstPaintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN, usefulMs: (window as unknown as { useful: number }).useful }))
  const sizes = await Promise.all(bodies)
  return { ...seen, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** In per cent of the frames of three seconds, those that came more than half a frame too late. */
function lateFrames(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const took: number[] = []
        let before = performance.now()
        const begun = before
        const frame = (now: number) => {
          took.push(now - before)
          before = now
          scrollBy(0, 40)
          if (now - begun < 3000) return requestAnimationFrame(frame)
          const usual = took.toSorted((a, b) => a - b)[Math.floor(took.length / 2)] ?? 16.7
          resolve((took.filter((each) => each > usual * 1.5).length / took.length) * 100)
        }
        requestAnimationFrame(frame)
      }),
  )
}

async function typingTook(page: Page): Promise<number> {
  await page.evaluate(() => scrollTo(0, 0))
  const box = page.getByRole('searchbox')
  const all: number[] = []
  for (const letter of 'many-49') {
    const took = page.evaluate(() => new Promise<number>((resolve) => addEventListener('input', () => {
      const at = performance.now()
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - at)))
    }, { once: true, capture: true })))
    await box.pressSequentially(letter)
    all.push(await took)
  }
  return median(all)
}
