import { i18n } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowRight, Gauge, Globe, KeyRound, ShieldCheck, SquareTerminal, Users } from 'lucide-react'
import { buttonClass } from '../interface/button.tsx'
import { Mark } from '../interface/mark.tsx'
import { ThemeToggle } from '../interface/theme-toggle.tsx'
import { trpc } from '../server/client.ts'

const strengths = [
  {
    icon: Gauge,
    title: msg`Ready in about a second`,
    text: msg`Create a workspace and VS Code is there, in the browser, with a terminal and a home that stays.`,
  },
  {
    icon: ShieldCheck,
    title: msg`Isolation that is tested`,
    text: msg`Each time the server starts, a test program tries to break out of a workspace. If it succeeds, the server does not start.`,
  },
  {
    icon: Globe,
    title: msg`Outgoing requests under control`,
    text: msg`Workspaces may reach the internet unless you restrict it: private addresses are blocked, every request is recorded, and you can allow or deny hosts.`,
  },
  {
    icon: Users,
    title: msg`Shared with the people you choose`,
    text: msg`Teams with four roles. Remove somebody, and what they have open closes within two seconds.`,
  },
  {
    icon: SquareTerminal,
    title: msg`From your own terminal`,
    text: msg`arcx shell, cp and port-forward reach into a workspace; exec takes pipes and passes exit codes.`,
  },
  {
    icon: KeyRound,
    title: msg`Scoped API tokens`,
    text: msg`For programs: limited by scope and workspace, with an expiry date, and recognised by secret scanners when they leak.`,
  },
] as const

/** What somebody sees who has not signed in. */
export function Landing() {
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  const { data: options } = useQuery(trpc.auth.options.queryOptions())
  return (
    <div className="min-h-dvh">
      <header className="mx-auto flex h-16 max-w-5xl items-center gap-3 px-5">
        <Mark /> <span className="font-semibold tracking-tight">arcx</span>
        <div className="ml-auto flex items-center gap-2">
          <Link to="/docs" className={buttonClass('ghost')}>
            <Trans>Docs</Trans>
          </Link>
          <ThemeToggle />
          {me ? (
            <Link to="/dashboard" className={buttonClass('primary')}>
              <Trans>Dashboard</Trans>
            </Link>
          ) : (
            <Link to="/sign-in" className={buttonClass('plain')}>
              <Trans>Sign in</Trans>
            </Link>
          )}
        </div>
      </header>
      <main className="mx-auto max-w-5xl px-5 pb-20 pt-14 sm:pt-24">
        <h1 className="max-w-2xl text-4xl font-semibold tracking-tight text-balance sm:text-5xl">
          <Trans>Workspaces that keep to themselves</Trans>
        </h1>
        <p className="mt-5 max-w-xl text-lg text-ink-soft">
          <Trans>
            Real VS Code and a terminal in a container of your own, on a server of your own: ready in about a second,
            isolated from other workspaces and private networks, shared with the people you choose.
          </Trans>
        </p>
        <div className="mt-8 flex flex-wrap items-center gap-4">
          <Link to={me ? '/dashboard' : '/sign-in'} className={`${buttonClass('primary')} !h-11 !px-5`}>
            {me ? t`To your workspaces` : t`Get started`} <ArrowRight size={16} aria-hidden />
          </Link>
          {options?.signupMode === 'invite' && options.github && !me && (
            <span className="text-sm text-ink-soft">
              <Trans>By invitation. Without one, you join the waitlist.</Trans>
            </span>
          )}
        </div>
        <ul className="mt-16 grid gap-x-8 gap-y-10 sm:grid-cols-2 lg:grid-cols-3">
          {strengths.map(({ icon: Icon, title, text }) => (
            <li key={title.id}>
              <Icon size={22} aria-hidden className="text-accent" />
              <h2 className="mt-3 font-semibold">{i18n._(title)}</h2>
              <p className="mt-1 text-ink-soft">{i18n._(text)}</p>
            </li>
          ))}
        </ul>
      </main>
    </div>
  )
}
