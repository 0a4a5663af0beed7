import type { BrowserContext, Page } from 'playwright-core'

type Part = string | readonly unknown[]

/** In letters that no text has by itself, so that what is still in others does not come from the catalog. */
const wide = (text: string): string =>
  text.replace(/<\/?\d+\/?>|[A-Za-z]/g, (found) =>
    found.length > 1 ? found : String.fromCodePoint((found.codePointAt(0) ?? 0) + 0xfee0),
  )

function widened(part: Part): Part {
  if (typeof part === 'string') return wide(part)
  const [value, kind, branches] = part as readonly [
    string,
    string | undefined,
    Readonly<Record<string, readonly Part[]>> | undefined,
  ]
  if (branches === undefined) return part
  const inBranch = (inner: readonly Part[] | string | number) =>
    typeof inner === 'string' ? wide(inner) : typeof inner === 'number' ? inner : inner.map(widened)
  return [value, kind, Object.fromEntries(Object.entries(branches).map(([name, inner]) => [name, inBranch(inner)]))]
}

/** Gives the pages of a context the interface's texts in wide letters, as if that were another language. */
export async function speakWide(context: BrowserContext): Promise<void> {
  await context.route('**/assets/texts-*.js', async (route) => {
    const response = await route.fetch()
    const module = (await import(`data:text/javascript,${encodeURIComponent(await response.text())}`)) as Readonly<
      Record<string, Readonly<Record<string, readonly Part[]>>>
    >
    const exported = Object.entries(module).map(([name, messages]) => {
      const other = Object.fromEntries(
        Object.entries(messages).map(([id, parts]) => [
          id,
          Array.isArray(parts) ? parts.map(widened) : widened(parts as unknown as Part),
        ]),
      )
      return `const ${name}_ = ${JSON.stringify(other)}; export { ${name}_ as ${name} }`
    })
    await route.fulfill({ response, body: exported.join('\n') })
  })
}

/** What a page shows or tells a screen reader in letters of its own, without `data`: what was forgotten. */
export function inOwnLetters(page: Page, data: readonly string[]): Promise<readonly string[]> {
  return page.evaluate((known) => {
    const found = new Set<string>()
    const take = (text: string | null) =>
      text !== null &&
      /[A-Za-z]{2}/.test(known.reduce((rest, each) => rest.replaceAll(each, ''), text)) &&
      found.add(text.replace(/\s+/g, ' ').trim())
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
      if (node.parentElement?.closest('script, style, code, kbd, [translate=no], [lang=en]:not(html)') === null)
        take(node.textContent)
    for (const element of document.querySelectorAll(
      ':is([aria-label], [title], [placeholder], [alt]):not([translate=no] *, [lang=en]:not(html) *)',
    ))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) take(element.getAttribute(name))
    return [...found]
  }, data)
}
