import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { testRun } from '@arcx/testing/run'
import { median } from './table.ts'
import type { Row, Table } from './table.ts'

const rounds = 7
const changes = 20
const many = 500
const slowed = 4
const scrollSeconds = 3
/** Of a screen, and of Chromium without one. */
const framesPerSecond = 60

/** What a person waits for, beside what they should at most. Measured by the browser itself (DevTools protocol, Performance). */
export async function* benchWeb(): AsyncIterable<Table> {
  const arc = await startTestOrchestrator()
  const browser = await chromium.launch({
    executablePath: testRun().ARCX_TEST_CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
  })
  try {
    const person = await arc.person()
    const few = Array.from({ length: 6 }, (_, index) => ({
      id: crypto.randomUUID(),
      ownerId: person.userId,
      name: `row-${index}`,
      state: 'stopped' as const,
      step: null,
      reason: null,
    }))
    await arc.prisma.workspace.createMany({ data: few })
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
      const shown = page.evaluate(
        (wanted) =>
          new Promise<number>((resolve) => {
            const look = () =>
              document.querySelector(`[data-workspace="${wanted}"]`) !== null &&
              (observer.disconnect(), resolve(Date.now()))
            const observer = new MutationObserver(look)
            observer.observe(document.body, { subtree: true, childList: true, attributes: true })
          }),
        name,
      )
      await new Promise((resolve) => setTimeout(resolve, 100))
      const asked = Date.now()
      await person.api.workspaces.rename.mutate({ workspaceId: few[0]?.id ?? '', name })
      seen.push((await shown) - asked)
    }
    await context.close()
    const owner = await arc.person()
    await arc.prisma.workspace.createMany({
      data: Array.from({ length: many }, (_, index) => ({
        id: crypto.randomUUID(),
        ownerId: owner.userId,
        name: `many-${String(index).padStart(3, '0')}`,
        state: 'stopped' as const,
        step: null,
        reason: null,
      })),
    })
    const longContext = await signedIn(browser, arc.origin, owner)
    const long = await longContext.newPage()
    await long.goto(`${arc.origin}/dashboard`)
    await long.locator('[data-workspace=many-000]').waitFor()
    const plain = await longContext.newPage()
    await plain.setContent(await withoutProgram(long))
    const scrolled: Row[] = []
    for (const rate of [1, slowed]) {
      for (const page of [long, plain])
        await (await longContext.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate })
      for (const step of [40, 160]) {
        const [ours, theirs]: [number[], number[]] = [[], []]
        for (let round = 0; round < rounds; round += 1) {
          ours.push(await framesDropped(long, step))
          theirs.push(await framesDropped(plain, step))
        }
        scrolled.push({
          what: `${step} px a frame${rate === 1 ? '' : `, CPU slowed ${rate} ×`}`,
          ours: mean(ours),
          peer: mean(theirs),
          unit: 'per cent',
        })
      }
    }
    for (const page of [long, plain])
      await (await longContext.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: 1 })
    await long.bringToFront()
    const typing = await typingTook(long)
    await longContext.close()
    yield {
      title: `The dashboard (median of ${rounds}; CPU slowed ${slowed} × while it loads)`,
      peer: 'aim',
      rows: [
        { what: 'first paint', ours: median(first ?? []), peer: 1000, unit: 'ms' },
        { what: 'workspaces on screen', ours: median(useful ?? []), peer: 1000, unit: 'ms' },
        { what: 'JavaScript until then, compressed', ours: median(bytes ?? []) / 1024, peer: 180, unit: 'KB' },
        {
          what: `a change elsewhere, from its call to the screen (median of ${changes})`,
          ours: median(seen),
          peer: 150,
          unit: 'ms',
        },
        {
          what: `${many} workspaces: from a letter in the filter to the next frame`,
          ours: typing,
          peer: 50,
          unit: 'ms',
        },
      ],
    }
    yield {
      title: `${many} workspaces: frames dropped while they scroll for ${scrollSeconds} s (mean of ${rounds})`,
      peer: 'the same rows without a program',
      rows: scrolled,
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

async function loadOf(
  context: BrowserContext,
  url: string,
): Promise<{ readonly firstPaintMs: number; readonly usefulMs: number; readonly bytes: number }> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowed })
  const bodies: Promise<number>[] = []
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.endsWith('.js'))
      bodies.push(response.body().then((body) => gzipSync(body).length))
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
  const seen = await page.evaluate(() => ({
    firstPaintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    usefulMs: (window as unknown as { useful: number }).useful,
  }))
  const sizes = await Promise.all(bodies)
  return { ...seen, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** All rows of a long list as they are on a page, with its styles; what a browser scrolls by itself. */
function withoutProgram(page: Page): Promise<string> {
  return page.evaluate((rows) => {
    const styles = [...document.styleSheets]
      .flatMap((sheet) => [...sheet.cssRules])
      .map((rule) => rule.cssText)
      .join('\n')
    const list = document.querySelector('[data-workspace]')?.parentElement?.cloneNode(true) as HTMLElement
    const row = list.firstElementChild as HTMLElement
    row.classList.remove('absolute')
    row.removeAttribute('style')
    list.removeAttribute('style')
    list.replaceChildren(...Array.from({ length: rows }, () => row.cloneNode(true)))
    return `<!doctype html><html class="${document.documentElement.className}"><style>${styles}</style><body><main class="mx-auto max-w-5xl px-4">${list.outerHTML}</main></body></html>`
  }, many)
}

/** In per cent of the frames that a screen shows in that time. */
async function framesDropped(page: Page, step: number): Promise<number> {
  await page.bringToFront()
  await page.evaluate(() => scrollTo(0, 0))
  const frames = await page.evaluate(
    ({ step, ms }) =>
      new Promise<number>((resolve) => {
        let [frames, begun] = [0, 0]
        const frame = (now: number) => {
          begun ||= now
          if (now - begun > ms) return resolve(frames)
          frames += 1
          scrollBy(0, step)
          requestAnimationFrame(frame)
        }
        requestAnimationFrame(frame)
      }),
    { step, ms: scrollSeconds * 1000 },
  )
  const most = scrollSeconds * framesPerSecond
  return (Math.max(0, most - frames) / most) * 100
}

const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length

async function typingTook(page: Page): Promise<number> {
  await page.evaluate(() => scrollTo(0, 0))
  const box = page.getByRole('searchbox')
  const all: number[] = []
  for (const letter of 'many-49') {
    const took = page.evaluate(
      () =>
        new Promise<number>((resolve) =>
          addEventListener(
            'input',
            () => {
              const at = performance.now()
              requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - at)))
            },
            { once: true, capture: true },
          ),
        ),
    )
    await box.pressSequentially(letter)
    all.push(await took)
  }
  return median(all)
}
