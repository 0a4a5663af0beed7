import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import { buttonClass } from '../interface/button.tsx'
import { Mark } from '../interface/mark.tsx'
import { ThemeToggle } from '../interface/theme-toggle.tsx'
import { trpc } from '../server/client.ts'

const command = 'npm run sign-in'

export function SignIn() {
  const { data: options } = useQuery(trpc.auth.options.queryOptions())
  return (
    <main className="relative grid min-h-dvh place-items-center px-4">
      <div className="absolute right-4 top-4">
        <ThemeToggle />
      </div>
      <div className="w-full max-w-md">
        <Mark size={52} />
        <h1 className="mt-5 text-3xl font-semibold tracking-tight">
          <Trans>Workspaces that keep to themselves</Trans>
        </h1>
        <p className="mt-3 text-ink-soft">
          <Trans>
            Real VS Code and a terminal in a container of your own: ready in about a second, isolated from other
            workspaces and private networks.
          </Trans>
        </p>
        <div className="mt-8 min-h-36 rounded-card border border-line bg-surface p-5">
          <h2 className="font-semibold">
            <Trans>Sign in</Trans>
          </h2>
          {options === undefined ? (
            <div className="skeleton mt-3 h-10 w-full" />
          ) : options.github ? (
            <ByGitHub signupMode={options.signupMode} />
          ) : (
            <ByLink />
          )}
        </div>
      </div>
    </main>
  )
}

function ByGitHub({ signupMode }: { signupMode: 'invite' | 'open' | 'stripe' }) {
  const { to, invite } = useSearch({ from: '/sign-in' })
  const query = new URLSearchParams({
    ...(to === undefined ? {} : { to }),
    ...(invite === undefined ? {} : { invite }),
  }).toString()
  const words = {
    open: t`Whoever signs in is welcome.`,
    invite: t`New here? You need an invitation; without one you join the waitlist.`,
    stripe: t`New here? After signing in you choose a plan.`,
  }[signupMode]
  return (
    <>
      <p className="mt-1 text-sm text-ink-soft">
        {invite === undefined ? words : t`You are invited. Sign in to accept.`}
      </p>
      <a
        href={`/auth/github${query === '' ? '' : `?${query}`}`}
        className={`${buttonClass('primary')} mt-4 w-full !h-10`}
      >
        <svg viewBox="0 0 16 16" width="17" height="17" fill="currentColor" aria-hidden>
          <path d="M8 0a8 8 0 0 0-2.53 15.59c.4.07.55-.17.55-.38v-1.49c-2.23.48-2.7-.95-2.7-.95-.36-.92-.89-1.17-.89-1.17-.73-.5.05-.49.05-.49.8.06 1.23.83 1.23.83.71 1.22 1.87.87 2.33.66.07-.52.28-.87.5-1.07-1.77-.2-3.64-.89-3.64-3.95 0-.88.31-1.59.82-2.15-.08-.2-.36-1.02.08-2.12 0 0 .67-.21 2.2.82a7.6 7.6 0 0 1 4 0c1.53-1.04 2.2-.82 2.2-.82.44 1.1.16 1.92.08 2.12.51.56.82 1.27.82 2.15 0 3.07-1.87 3.75-3.65 3.95.29.25.54.73.54 1.48v2.2c0 .21.15.46.55.38A8 8 0 0 0 8 0Z" />
        </svg>
        <Trans>Continue with GitHub</Trans>
      </a>
    </>
  )
}

function ByLink() {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(command)
    setCopied(true)
    setTimeout(() => setCopied(false), 2000)
  }
  return (
    <>
      <p className="mt-1 text-sm text-ink-soft">
        <Trans>arcx printed a link when it started. It works once; for another, run this where arcx runs:</Trans>
      </p>
      <div className="mt-3 flex items-center justify-between gap-2 rounded-lg border border-line bg-sunken py-1.5 pl-3 pr-1.5 font-mono text-sm">
        {command}
        <button
          type="button"
          onClick={() => void copy()}
          className="flex items-center gap-1.5 rounded-md px-2 py-1 font-sans text-ink-soft hover:bg-raised hover:text-ink"
        >
          <Copy size={14} aria-hidden /> <span aria-live="polite">{copied ? t`Copied` : t`Copy`}</span>
        </button>
      </div>
    </>
  )
}
