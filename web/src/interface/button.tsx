import type { ComponentProps, ReactNode } from 'react'

type Tone = 'primary' | 'plain' | 'ghost' | 'danger'

const tones: Record<Tone, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong border-transparent',
  plain: 'bg-raised text-ink border-line hover:border-line-strong',
  ghost: 'bg-transparent text-ink-soft border-transparent hover:bg-sunken hover:text-ink',
  danger: 'bg-bad text-canvas border-transparent hover:opacity-90',
}

/** Classes of a button, for links and triggers that should look like one. */
export function buttonClass(tone: Tone = 'plain', square = false): string {
  return `inline-flex items-center justify-center gap-1.5 rounded-lg border text-sm font-medium h-9 ${square ? 'w-9' : 'px-3'} transition-colors whitespace-nowrap disabled:opacity-50 disabled:pointer-events-none ${tones[tone]}`
}

export function Button({
  tone,
  busy = false,
  children,
  className = '',
  ...rest
}: ComponentProps<'button'> & { tone?: Tone; busy?: boolean; children: ReactNode }) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy}
      className={`${buttonClass(tone)} ${className}`}
    >
      {children}
    </button>
  )
}
