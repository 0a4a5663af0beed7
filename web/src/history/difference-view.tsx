import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMemo, useState } from 'react'
import { difference } from './difference.ts'
import type { DifferenceLine } from './difference.ts'

/** More lines than a page shows well. */
const most = 5000

const looks = {
  added: { sign: '+', word: 'added', row: 'bg-good/12' },
  removed: { sign: '−', word: 'removed', row: 'bg-bad/12' },
  same: { sign: ' ', word: '', row: '' },
} as const

/** A version as what changed by it, or whole; `before` null for the first. */
export function Difference({ before, after }: { before: string | null; after: string }) {
  const [isWhole, setIsWhole] = useState(before === null)
  const lines = useMemo(() => (isWhole ? whole(after) : difference(before ?? '', after)), [isWhole, before, after])
  return (
    <>
      <div
        role="group"
        aria-label={t`Shown`}
        className="mb-2 inline-flex rounded-lg border border-line bg-sunken p-0.5 text-sm"
      >
        {(
          [
            [t`What changed`, false],
            [t`Whole text`, true],
          ] as const
        ).map(([words, value]) => (
          <button
            key={words}
            type="button"
            aria-pressed={isWhole === value}
            onClick={() => setIsWhole(value)}
            className={`rounded-md px-2.5 py-1 ${isWhole === value ? 'bg-raised text-ink shadow-sm' : 'text-ink-soft hover:text-ink'}`}
          >
            {words}
          </button>
        ))}
      </div>
      <Lines lines={lines} />
    </>
  )
}

function Lines({ lines }: { lines: readonly DifferenceLine[] | null }) {
  if (lines === null)
    return (
      <p className="rounded-card border border-line bg-surface p-5 text-sm text-ink-soft">
        <Trans>Too much is different to be shown line by line.</Trans>
      </p>
    )
  if (lines.length === 0)
    return (
      <p className="rounded-card border border-line bg-surface p-5 text-sm text-ink-soft">
        <Trans>It is empty, or nothing is different.</Trans>
      </p>
    )
  return (
    <div
      role="region"
      aria-label={t`Text`}
      tabIndex={0}
      className="max-h-[70vh] overflow-auto rounded-card border border-line bg-surface font-mono text-[0.8125rem] leading-relaxed"
    >
      <table className="w-full border-collapse">
        <tbody>
          {lines.slice(0, most).map((line) => (
            <Line
              key={
                line.kind === 'newline'
                  ? 'newline'
                  : line.kind === 'gap'
                    ? `gap ${line.before}`
                    : `${line.before} ${line.after}`
              }
              line={line}
            />
          ))}
        </tbody>
      </table>
      {lines.length > most && (
        <p className="p-3 font-sans text-ink-soft">
          <Trans>{lines.length - most} more lines are not shown.</Trans>
        </p>
      )}
    </div>
  )
}

function Line({ line }: { line: DifferenceLine }) {
  if (line.kind === 'gap') {
    return (
      <tr className="bg-sunken text-ink-soft">
        <td colSpan={4} className="px-3 text-center">
          <span aria-hidden>⋯</span>
          <span className="sr-only">
            <Trans>lines left out</Trans>
          </span>
        </td>
      </tr>
    )
  }
  if (line.kind === 'newline') {
    return (
      <tr className="bg-sunken text-ink-soft">
        <td colSpan={4} className="px-3 text-center font-sans">
          {line.is === 'added' ? (
            <Trans>Newline at end of file added</Trans>
          ) : (
            <Trans>Newline at end of file removed</Trans>
          )}
        </td>
      </tr>
    )
  }
  const { sign, word, row } = looks[line.kind]
  return (
    <tr className={row}>
      <td className="w-px select-none pl-3 pr-1 text-right align-top text-ink-soft max-sm:hidden">{line.before}</td>
      <td className="w-px select-none px-1 text-right align-top text-ink-soft">{line.after}</td>
      <td className="w-px select-none px-1.5 align-top">
        <span aria-hidden>{sign}</span>
        {word !== '' && <span className="sr-only">{word}</span>}
      </td>
      <td className="pr-3 break-all whitespace-pre-wrap">{line.text}</td>
    </tr>
  )
}

function whole(text: string): readonly DifferenceLine[] {
  if (text === '') return []
  return (text.endsWith('\n') ? text.slice(0, -1) : text)
    .split('\n')
    .map((line, index) => ({ kind: 'same', before: index + 1, after: index + 1, text: line }))
}
