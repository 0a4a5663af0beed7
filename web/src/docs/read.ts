import { Marked } from 'marked'
import type { Token, Tokens } from 'marked'

export interface DocSection {
  readonly page: string
  /** Of the page. */
  readonly title: string
  readonly heading: string
  readonly anchor: string
  readonly depth: number
  /** What stands under it, as plain text. */
  readonly words: string
}

export interface DocPage {
  readonly name: string
  readonly title: string
  /** Ours: it comes with the program. */
  readonly html: string
  readonly sections: readonly DocSection[]
}

const images = import.meta.glob<string>('../../../docs/images/*', { query: '?url', import: 'default', eager: true })

const plain = (text: string) => text.replace(/[`*_]|\[([^\]]*)\]\([^)]*\)/g, '$1')
const attribute = (text: string) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')
export const anchorOf = (heading: string): string =>
  plain(heading)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replace(/\s+/g, '-')

/** A page of `docs/`, as HTML and as what can be searched. Links to its neighbours become routes, its images the built ones. */
export function readDoc(name: string, source: string): DocPage {
  let under = name
  let tables = 0
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }) {
        const anchor = anchorOf(text)
        ;[under, tables] = [plain(text), 0]
        return `<h${depth} id="${anchor}"><a href="#${anchor}">${this.parser.parseInline(tokens)}</a></h${depth}>`
      },
      link({ href, tokens }) {
        const inside = this.parser.parseInline(tokens)
        const page = /^(?:\.\/)?([\w-]+)\.md(#.*)?$/.exec(href)
        if (page !== null) return `<a href="/docs/${page[1]}${page[2] ?? ''}" data-route>${inside}</a>`
        return /^https?:/.test(href)
          ? `<a href="${href}" target="_blank" rel="noopener noreferrer">${inside}</a>`
          : `<a href="${href}">${inside}</a>`
      },
      // It scrolls by itself too.
      code: ({ text }) => `<pre tabindex="0"><code>${text.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</code></pre>`,
      image: ({ href, text }) => `<img src="${images[`../../../docs/${href}`] ?? href}" alt="${text}" loading="lazy">`,
      table(token: Tokens.Table) {
        tables += 1
        const row = (cells: readonly Tokens.TableCell[], tag: 'td' | 'th') =>
          `<tr>${cells
            .map(({ tokens, text }) => {
              const cell = tag === 'th' && text.trim() === '' ? 'td' : tag
              return `<${cell}>${this.parser.parseInline(tokens)}</${cell}>`
            })
            .join('')}</tr>`
        // One whose columns have no names has no header.
        const head = token.header.some(({ text }) => text.trim() !== '')
          ? `<thead>${row(token.header, 'th')}</thead>`
          : ''
        const label = attribute(`Table: ${under}${tables > 1 ? `, ${tables}` : ''}`)
        // It scrolls by itself where it is wider than the page, by the keyboard too.
        return `<div class="table" tabindex="0" role="group" aria-label="${label}"><table>${head}<tbody>${token.rows.map((cells) => row(cells, 'td')).join('')}</tbody></table></div>`
      },
    },
  })
  const tokens = marked.lexer(source)
  const title = plain(tokens.find((token): token is Tokens.Heading => token.type === 'heading')?.text ?? name)
  return { name, title, html: marked.parser(tokens), sections: sectionsOf(name, title, tokens) }
}

function sectionsOf(page: string, title: string, tokens: readonly Token[]): readonly DocSection[] {
  const sections: DocSection[] = []
  let heading = { text: title, depth: 1 }
  let words: string[] = []
  const end = () =>
    sections.push({
      page,
      title,
      heading: plain(heading.text),
      anchor: anchorOf(heading.text),
      depth: heading.depth,
      words: plain(words.join(' ')).replace(/\s+/g, ' '),
    })
  for (const token of tokens) {
    if (token.type !== 'heading') {
      words.push(token.raw)
      continue
    }
    if (words.length > 0 || heading.text !== title) end()
    heading = token as Tokens.Heading
    words = []
  }
  end()
  return sections
}
