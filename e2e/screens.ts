import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pixelmatch from 'pixelmatch'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { PNG } from 'pngjs'

/** How a screen is looked at. */
export const looks = {
  'wide-light': { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  'wide-dark': { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  'phone-light': { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  'phone-dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
} as const
export type Look = keyof typeof looks

/** Those that are kept to compare with: between them, each width and each scheme. */
const kept: ReadonlySet<Look> = new Set(['wide-light', 'phone-dark'])
const directory = fileURLToPath(new URL('screens/', import.meta.url))
const results = fileURLToPath(new URL('../test-results/screens/', import.meta.url))
/** Of all pixels: letters are drawn a little otherwise from machine to machine. */
const tolerated = 0.015

export function contextFor(browser: Browser, look: Look): Promise<BrowserContext> {
  return browser.newContext({ ...looks[look], reducedMotion: 'reduce' })
}

/** Lets a page that is there take a colour scheme; until its colours have gone over into the others, even if it takes no time. */
export async function takeScheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  await page.waitForFunction(
    (scheme) =>
      matchMedia(`(prefers-color-scheme: ${scheme})`).matches &&
      // Those of what is folded away are listed for good.
      !document.getAnimations().some((each) => each instanceof CSSTransition && each.playState !== 'finished'),
    colorScheme,
  )
}

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Finding {
  readonly rule: string
  readonly impact: string
  readonly where: string
}

/** What axe finds of WCAG 2.2 A and AA that is serious or worse. */
export async function seriousFindings(page: Page): Promise<readonly Finding[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(
          context: unknown,
          options: unknown,
        ): Promise<{
          violations: { id: string; impact: string; nodes: { target: unknown[]; failureSummary: string }[] }[]
        }>
      }
    }
    const { violations } = await axe.run(document, {
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
      resultTypes: ['violations'],
    })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, impact, nodes }) =>
        nodes.map(({ target, failureSummary }) => ({
          rule: id,
          impact,
          where: `${target.join(' ')}: ${failureSummary.replace(/\s+/g, ' ')}`,
        })),
      )
  })
}

/**
 * What somebody without a mouse would miss (WCAG 2.1.1, 2.1.2, 2.4.7, 2.4.11): controls that Tab does not reach, focus that
 * cannot be seen or is covered. Goes once through the page.
 */
export async function keyboardFindings(page: Page): Promise<readonly string[]> {
  const { count, focused } = await page.evaluate(() => {
    const tabbable = 'a[href], button, input, select, textarea, summary, [tabindex="0"]'
    const look = (element: Element) => {
      const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = getComputedStyle(element)
      return [outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor].join()
    }
    // What stands behind a dialog is not reached, and is not to be.
    const scope = [...document.querySelectorAll('[role=dialog], [role=alertdialog]')].at(-1) ?? document
    const controls = [...scope.querySelectorAll<HTMLElement>(tabbable)].filter(
      (element) =>
        element.tabIndex >= 0 &&
        !element.matches(':disabled, [data-base-ui-focus-guard]') &&
        element.checkVisibility({ visibilityProperty: true }) &&
        element.closest('[inert], [aria-hidden=true], fieldset:disabled') === null,
    )
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement : null
    focused?.blur()
    const before = new Map(controls.map((element) => [element, look(element)]))
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()} "${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40)}"`
    Object.assign(window, {
      async afterTab() {
        // A dialog's first and last stop hands the focus on, which on a busy machine takes a frame or more.
        for (let frame = 0; frame < 60; frame += 1) {
          if (document.activeElement?.matches('[data-base-ui-focus-guard]') !== true) break
          await new Promise(requestAnimationFrame)
        }
        const element = document.activeElement
        if (!(element instanceof HTMLElement) || element === document.body) return null
        const { left, top, width, height } = element.getBoundingClientRect()
        const [x, y] = [
          Math.min(Math.max(left + width / 2, 0), innerWidth - 1),
          Math.min(Math.max(top + height / 2, 0), innerHeight - 1),
        ]
        const at = document.elementFromPoint(x, y)
        const isCovered =
          at === null ||
          !(element.contains(at) || at.contains(element) || element.closest('label')?.contains(at) === true)
        return {
          index: controls.indexOf(element),
          name: nameOf(element),
          isSeen:
            look(element) !== before.get(element) ||
            element.closest('label, [data-focus]')?.matches(':focus-within') === true,
          isCovered: isCovered && width > 1,
        }
      },
      names: controls.map(nameOf),
    })
    // A dialog has put the focus into itself; from there it goes on.
    focused?.focus({ preventScroll: true })
    return { count: controls.length, focused: focused === null ? -1 : controls.indexOf(focused) }
  })
  const reached = new Set([focused])
  const findings = new Set<string>()
  // One behind the last leaves the page; then it begins again.
  for (let press = 0; press < count + 6; press += 1) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() =>
      (
        window as unknown as {
          afterTab(): Promise<{ index: number; name: string; isSeen: boolean; isCovered: boolean } | null>
        }
      ).afterTab(),
    )
    if (at === null || at.index < 0) continue
    reached.add(at.index)
    if (!at.isSeen) findings.add(`the focus on ${at.name} cannot be seen`)
    if (at.isCovered) findings.add(`${at.name} is covered when it has the focus`)
  }
  const names = await page.evaluate(() => (window as unknown as { names: string[] }).names)
  for (const [index, name] of names.entries()) if (!reached.has(index)) findings.add(`${name} is not reached by Tab`)
  return [...findings]
}

/** Whether the page can be scrolled sideways, which no screen may be. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1)

export interface Comparison {
  /** Of all pixels, those that differ; null where there is nothing to compare with. */
  readonly differs: number | null
  readonly isGood: boolean
}

/**
 * Takes a picture of a screen as it always looks (without times, ports and cursors) and holds it against the one that is
 * kept. With `ARCX_SCREENS=keep` it becomes that one. What differs lies in `test-results/screens` afterwards.
 */
export async function compareScreen(page: Page, name: string, look: Look): Promise<Comparison> {
  const hiding = await page.addStyleTag({ content: 'time, [data-changing] { visibility: hidden !important }' })
  await page.addStyleTag({
    content:
      '*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important }',
  })
  await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
      node.nodeValue =
        node.nodeValue?.replace(/localhost:\d+/g, 'localhost:3000').replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:3000') ??
        null
    return document.fonts.ready.then(() => undefined)
  })
  const taken = await page.screenshot()
  // It may be looked at otherwise afterwards.
  await hiding.evaluate((style) => style.parentNode?.removeChild(style))
  await mkdir(results, { recursive: true })
  await writeFile(join(results, `${name}.${look}.png`), taken)
  if (!kept.has(look)) return { differs: null, isGood: true }
  const path = join(directory, `${name}.${look}.png`)
  if (process.env['ARCX_SCREENS'] === 'keep') {
    await mkdir(directory, { recursive: true })
    await writeFile(path, taken)
    return { differs: 0, isGood: true }
  }
  const before = await readFile(path).catch(() => null)
  if (before === null) return { differs: null, isGood: false }
  const [one, other] = [PNG.sync.read(before), PNG.sync.read(taken)]
  if (one.width !== other.width || one.height !== other.height) return { differs: 1, isGood: false }
  const difference = new PNG({ width: one.width, height: one.height })
  const differs =
    pixelmatch(one.data, other.data, difference.data, one.width, one.height, { threshold: 0.2 }) /
    (one.width * one.height)
  if (differs > tolerated) await writeFile(join(results, `${name}.${look}.difference.png`), PNG.sync.write(difference))
  return { differs, isGood: differs <= tolerated }
}
