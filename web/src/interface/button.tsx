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
  return `inline-flex items-center justify-center gap-1.5 rounded-lg border text-sm font-medium h-9 ${square ? 'w-9' : 'px-3'} transition-colors whitespace-nowrap disabled:opacity-50 disabled:pointer-events-none aria-disabled:opacity-50 aria-disabled:pointer-events-none ${tones[tone]}`
}

/** While it is `busy` it keeps the focus, which a browser takes from what is disabled. */
export function Button({
  tone,
  busy = false,
  disabled = false,
  children,
  className = '',
  onClick,
  ...rest
}: ComponentProps<'button'> & { tone?: Tone; busy?: boolean; children: ReactNode }) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled && !busy}
      aria-disabled={busy || undefined}
      aria-busy={busy}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={`${buttonClass(tone)} ${className}`}
    >
      {children}
    </button>
  )
}
