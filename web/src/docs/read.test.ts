import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readDoc } from './read.ts'

const directory = fileURLToPath(new URL('../../../docs/', import.meta.url))

test('headings get anchors, neighbours become routes, tables scroll by themselves', () => {
  const { title, html, sections } = readDoc(
    'a',
    '# One `thing`\n\nWords [there](teams.md#roles) and [away](https://example.com).\n\n## Two, more\n\n| a |\n| --- |\n| b |\n',
  )
  expect(title).toBe('One thing')
  expect(html).toContain('<h2 id="two-more"><a href="#two-more">')
  expect(html).toContain('<a href="/docs/teams#roles" data-route>there</a>')
  expect(html).toContain('rel="noopener noreferrer">away</a>')
  expect(html).toContain('<div class="table" tabindex="0"')
  expect(sections.map(({ heading, anchor }) => [heading, anchor])).toEqual([
    ['One thing', 'one-thing'],
    ['Two, more', 'two-more'],
  ])
  expect(sections[0]?.words).toContain('there')
})

test('each table is named by what it stands under, none is a landmark, and no header cell is empty', async () => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.md'))
  for (const name of names) {
    const { html } = readDoc(name.slice(0, -3), await readFile(directory + name, 'utf8'))
    const labels = [...html.matchAll(/<div class="table"[^>]*aria-label="([^"]*)"/g)].map(([, label]) => label)
    expect(new Set(labels).size, name).toBe(labels.length)
    expect(html, name).not.toMatch(/role="region"|<th>\s*<\/th>|<thead><tr>(<td><\/td>)*<\/tr>/)
  }
  expect(readDoc('a', '# A\n\n## Of “b”\n\n| x | |\n| --- | --- |\n| 1 | 2 |\n').html).toContain(
    'aria-label="Table: Of “b”"><table><thead><tr><th>x</th><td></td></tr></thead>',
  )
})

test('every link from page to page in docs/ leads to a page and a heading that there is', async () => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.md'))
  const pages = new Map(
    await Promise.all(
      names.map(
        async (name) =>
          [name.slice(0, -3), readDoc(name.slice(0, -3), await readFile(directory + name, 'utf8'))] as const,
      ),
    ),
  )
  for (const { name, html } of pages.values()) {
    for (const [, page = '', anchor] of html.matchAll(/href="\/docs\/([\w-]+)(?:#([^"]+))?"/g)) {
      expect(pages.has(page), `${name} → ${page}`).toBe(true)
      if (anchor !== undefined)
        expect(
          pages.get(page)?.sections.some((section) => section.anchor === anchor),
          `${name} → ${page}#${anchor}`,
        ).toBe(true)
    }
  }
})
