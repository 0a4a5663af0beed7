import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link, useLocation, useNavigate, useParams } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import { docNames, docPage, docPages } from '../docs/pages.ts'
import { buttonClass } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Mark } from '../interface/mark.tsx'
import { PaletteButton } from '../palette/opener.tsx'
import { ThemeToggle } from '../interface/theme-toggle.tsx'

const forever = { staleTime: Number.POSITIVE_INFINITY }

/** The documentation that comes with the program, so that it is about this version of it. */
export function DocsPage() {
  const { page: name = docNames[0] ?? '' } = useParams({ strict: false })
  const { hash } = useLocation()
  const navigate = useNavigate()
  const { data: page } = useQuery({ queryKey: ['docs', name], queryFn: () => docPage(name), ...forever })
  useEffect(() => {
    if (page === undefined || page === null) return
    document.title = `${page.title} · arcx`
    if (hash === '') scrollTo(0, 0)
    else document.getElementById(hash)?.scrollIntoView()
  }, [page, hash])
  return (
    <div className="min-h-dvh">
      <header className="sticky top-0 z-20 border-b border-line bg-canvas/90 backdrop-blur">
        <div className="mx-auto flex h-14 max-w-6xl items-center gap-3 px-4 sm:px-6">
          <Link to="/" aria-label="arcx" className="flex items-center gap-2.5 font-semibold">
            <Mark size={26} /> <span className="max-sm:sr-only">arcx</span>
          </Link>
          <span className="text-ink-soft max-sm:sr-only">
            <Trans>Documentation</Trans>
          </span>
          <div className="ml-auto flex items-center gap-1.5">
            <PaletteButton />
            <ThemeToggle />
            <Link to="/dashboard" className={`${buttonClass('plain')} max-sm:hidden`}>
              <Trans>Dashboard</Trans>
            </Link>
          </div>
        </div>
      </header>
      <div className="mx-auto grid max-w-6xl grid-cols-[minmax(0,1fr)] gap-x-10 px-4 py-8 sm:px-6 md:grid-cols-[13rem_minmax(0,1fr)]">
        <nav
          aria-label={t`Documentation`}
          className="mb-6 md:sticky md:top-22 md:h-[calc(100dvh-7rem)] md:overflow-y-auto"
        >
          <Finding />
          {/* On a phone, the text comes before the list of all pages. */}
          <details className="mt-3 md:hidden">
            <summary className="cursor-pointer rounded-lg px-2.5 py-1.5 text-sm text-ink-soft">
              <Trans>All pages</Trans>
            </summary>
            <Pages current={name} />
          </details>
          <div className="max-md:hidden">
            <Pages current={name} />
          </div>
        </nav>
        <main id="content">
          {page === undefined ? (
            <div aria-busy className="flex flex-col gap-3">
              <div className="skeleton h-9 w-72" />
              <div className="skeleton h-40 w-full" />
            </div>
          ) : page === null ? (
            <>
              <h1 className="text-2xl font-semibold tracking-tight">
                <Trans>There is no such page</Trans>
              </h1>
              <p className="mt-2 text-ink-soft">
                <Trans>Choose a page from the list, or search for what you need.</Trans>
              </p>
            </>
          ) : (
            // Written by us and built with the program: nothing in it comes from elsewhere.
            <article
              className="prose"
              lang="en"
              onClick={(event) => {
                const link = event.target instanceof Element ? event.target.closest('a[data-route]') : null
                if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return
                event.preventDefault()
                void navigate({ href: link.getAttribute('href') ?? '/docs' })
              }}
              dangerouslySetInnerHTML={{ __html: page.html }}
            />
          )}
        </main>
      </div>
    </div>
  )
}

function Pages({ current }: { current: string }) {
  const { data: all } = useQuery({ queryKey: ['docs', 'all'], queryFn: docPages, ...forever })
  return (
    <ul lang="en" aria-busy={all === undefined} className="mt-4 flex flex-col gap-y-0.5 text-sm max-md:mt-1">
      {docNames.map((each) => (
        <li key={each}>
          <Link
            to="/docs/$page"
            params={{ page: each }}
            aria-current={each === current ? 'page' : undefined}
            className="block rounded-lg px-2.5 py-1.5 text-ink-soft hover:text-ink aria-[current]:bg-accent-wash aria-[current]:font-medium aria-[current]:text-ink"
          >
            {all?.find((one) => one.name === each)?.title ?? each}
          </Link>
        </li>
      ))}
    </ul>
  )
}

/** Full text, as it is typed. */
function Finding() {
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed.trim().toLowerCase())
  const { data: all } = useQuery({ queryKey: ['docs', 'all'], queryFn: docPages, ...forever })
  const found = useMemo(() => {
    if (wanted === '') return []
    const parts = wanted.split(/\s+/)
    return (all ?? [])
      .flatMap(({ sections }) => sections)
      .map((section) => ({ section, heading: section.heading.toLowerCase(), words: section.words.toLowerCase() }))
      .filter(({ heading, words }) => parts.every((part) => heading.includes(part) || words.includes(part)))
      .toSorted((a, b) => Number(b.heading.includes(wanted)) - Number(a.heading.includes(wanted)))
      .slice(0, 12)
  }, [all, wanted])
  return (
    <search>
      <label className="relative block">
        <span className="sr-only">
          <Trans>Search the documentation</Trans>
        </span>
        <Search size={15} aria-hidden className="absolute left-3 top-1/2 -translate-y-1/2 text-ink-soft" />
        <input
          type="search"
          className={`${inputClass} !h-9 pl-9`}
          placeholder={t`Search`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <div aria-live="polite">
        {wanted !== '' && found.length === 0 && all !== undefined && (
          <p className="mt-2 px-1 text-sm text-ink-soft">
            <Trans>Nothing about “{typed.trim()}”.</Trans>
          </p>
        )}
        {found.length > 0 && (
          <ul className="mt-2 rounded-card border border-line bg-surface p-1 text-sm">
            {found.map(({ section }) => (
              <li key={`${section.page}#${section.anchor}`}>
                <Link
                  to="/docs/$page"
                  params={{ page: section.page }}
                  hash={section.anchor}
                  className="block rounded-lg px-2.5 py-1.5 hover:bg-accent-wash"
                >
                  <span className="font-medium">{section.heading}</span>{' '}
                  <span className="block text-ink-soft">{excerpt(section.words, wanted)}</span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </div>
    </search>
  )
}

function excerpt(words: string, wanted: string): string {
  const at = words.toLowerCase().indexOf(wanted.split(/\s+/)[0] ?? '')
  const from = Math.max(0, at - 30)
  return `${from > 0 ? '…' : ''}${words.slice(from, from + 90)}…`
}
