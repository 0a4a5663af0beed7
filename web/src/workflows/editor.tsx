import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { WorkflowProblem } from '@arcx/router'
import { trpcClient } from '../server/client.ts'

const settlesMs = 300

/** A workflow's source, with what is wrong in it beside each line. */
export function SourceEditor({
  source,
  onChange,
  readOnly = false,
  refused = 0,
}: {
  source: string
  onChange: (source: string) => void
  readOnly?: boolean
  /** How often it could not be saved; each time the first problem is shown. */
  refused?: number
}) {
  const box = useRef<HTMLTextAreaElement>(null)
  const gutter = useRef<HTMLPreElement>(null)
  const checked = useSettled(source)
  const { data: problems = [] } = useQuery({
    queryKey: ['workflow-problems', checked],
    queryFn: () => trpcClient.workflows.check.mutate({ source: checked }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  })
  const lines = source.split('\n')
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    if (refused > 0) list.current?.querySelector('button')?.focus()
  }, [refused])
  const faulty = new Set(problems.map(({ line }) => line))
  return (
    <div>
      <div className="flex overflow-hidden rounded-card border border-line-strong bg-surface font-mono text-[0.8125rem] leading-6 focus-within:border-accent focus-within:ring-2 focus-within:ring-accent/30">
        <pre
          ref={gutter}
          aria-hidden
          className="h-[28rem] shrink-0 select-none overflow-hidden border-r border-line bg-sunken px-2 py-2 text-right text-ink-soft"
        >
          {lines
            .map((_, index) => index + 1)
            .map((number) => (
              <div key={number} className={faulty.has(number) ? 'font-semibold text-bad' : ''}>
                {number}
              </div>
            ))}
        </pre>
        <textarea
          ref={box}
          translate="no"
          aria-label={t`Workflow in YAML`}
          aria-invalid={problems.length > 0}
          aria-describedby="workflow-problems"
          className="h-[28rem] min-w-0 flex-1 resize-none overflow-auto whitespace-pre bg-transparent px-3 py-2 outline-none"
          value={source}
          readOnly={readOnly}
          onChange={({ target }) => onChange(target.value)}
          onScroll={({ currentTarget }) => {
            if (gutter.current !== null) gutter.current.scrollTop = currentTarget.scrollTop
          }}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          wrap="off"
        />
      </div>
      <div id="workflow-problems" aria-live="polite" className="mt-3">
        {problems.length > 0 && (
          <ul ref={list} className="divide-y divide-line rounded-card border border-line bg-bad-wash">
            {problems.map((problem) => (
              <li key={`${problem.line}:${problem.column}:${problem.message}`}>
                <button
                  type="button"
                  className="flex w-full flex-col gap-x-3 px-3 py-2 text-left text-sm hover:bg-sunken sm:flex-row"
                  onClick={() => goTo(box.current, lines, problem)}
                >
                  <span className="shrink-0 font-mono text-bad">
                    <Trans>
                      Line {problem.line}, column {problem.column}
                    </Trans>
                  </span>
                  <span className="min-w-0 break-words">{problem.message}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

/** A text once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settlesMs)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

function goTo(box: HTMLTextAreaElement | null, lines: readonly string[], { line, column }: WorkflowProblem): void {
  if (box === null) return
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0)
  box.focus()
  box.setSelectionRange(before + column - 1, before + (lines[line - 1]?.length ?? 0))
  box.scrollTop = Math.max(0, (line - 5) * 24)
}
