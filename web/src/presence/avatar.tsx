import { Trans } from '@lingui/react/macro'
import { Bot } from 'lucide-react'
import type { Present } from '@arcx/router'
import { coloursOf, hueOf } from './colours.ts'
import { nameOf } from './words.ts'

const dot = { active: 'bg-good', idle: 'bg-busy', away: 'bg-rest' } as const

/** Somebody in a circle, with how they are; read aloud only by what stands beside it. */
export function Avatar({ present, size = 'size-8' }: { present: Present; size?: string }) {
  const state = present.places[0]?.state ?? 'away'
  const { light, dark } = coloursOf(hueOf(present.id))
  return (
    <span
      aria-hidden
      translate="no"
      title={nameOf(present)}
      className={`relative inline-grid shrink-0 place-items-center text-xs font-semibold uppercase ${size} ${present.agent === null ? 'rounded-full' : 'rounded-lg'}`}
      style={{
        background: `light-dark(${light.ground}, ${dark.ground})`,
        color: `light-dark(${light.ink}, ${dark.ink})`,
      }}
    >
      {present.agent === null ? present.login.slice(0, 2) : <Bot size={16} />}
      <span
        className={`absolute -bottom-0.5 -right-0.5 size-2.5 rounded-full border-2 border-surface ${dot[state]} ${present.places.some(({ typing }) => typing) ? 'pulse-dot' : ''}`}
      />
    </span>
  )
}

/** Several of them in little room. */
export function Avatars({ present, most = 4 }: { present: readonly Present[]; most?: number }) {
  if (present.length === 0) return null
  return (
    <span className="inline-flex items-center -space-x-1.5">
      <span className="sr-only">
        <Trans>Here: {present.map(nameOf).join(', ')}</Trans>
      </span>
      {present.slice(0, most).map((each) => (
        <Avatar key={each.id} present={each} size="size-6" />
      ))}
      {present.length > most && (
        <span
          aria-hidden
          className="z-10 grid size-6 place-items-center rounded-full border border-line bg-sunken text-[0.625rem] font-semibold text-ink-soft"
        >
          +{present.length - most}
        </span>
      )}
    </span>
  )
}
