import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Navigate, useNavigate, useSearch } from '@tanstack/react-router'
import { ExternalLink, LogOut, Plus, Server } from 'lucide-react'
import { useState, useSyncExternalStore } from 'react'
import { host } from '../host/host.ts'
import type { Accounts } from '../host/port.ts'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Mark } from '../interface/mark.tsx'
import { ThemeToggle } from '../interface/theme-toggle.tsx'

/** Which server, and as whom: where there may be several. */
export function ServersPage() {
  return host.accounts === null ? <Navigate to="/dashboard" /> : <Servers accounts={host.accounts} />
}

function Servers({ accounts }: { accounts: Accounts }) {
  const { wanted } = useSearch({ from: '/servers' })
  const { accounts: all, current } = useSyncExternalStore(accounts.all.subscribe, accounts.all.get)
  const signIn = useSyncExternalStore(accounts.signIn.subscribe, accounts.signIn.get)
  const [typed, setTyped] = useState(wanted ?? '')
  const navigate = useNavigate()
  return (
    <main className="relative grid min-h-full place-items-center px-4 py-10">
      <div className="absolute right-4 top-4">
        <ThemeToggle />
      </div>
      <div className="w-full max-w-md">
        <Mark size={52} />
        <h1 className="mt-5 text-3xl font-semibold tracking-tight">
          {all.length === 0 ? t`Welcome to arcx` : t`Servers and accounts`}
        </h1>
        <p className="mt-3 text-ink-soft">
          {all.length === 0
            ? t`Your workspaces live on a server of yours or your team’s. Which one?`
            : t`Where you are signed in, and as whom.`}
        </p>
        {wanted !== undefined && (
          <p role="status" className="mt-4 rounded-lg bg-accent-wash px-3 py-2 text-sm">
            <Trans>
              A link leads to <strong className="break-all">{wanted}</strong>, where you are not signed in. Sign in
              there only if you know it.
            </Trans>
          </p>
        )}
        {all.length > 0 && (
          <ul className="mt-6 divide-y divide-line rounded-card border border-line bg-surface">
            {all.map((account) => (
              <li key={account.id} className="flex flex-wrap items-center gap-3 px-4 py-3">
                <Server size={18} aria-hidden className="text-ink-soft" />
                <div className="min-w-0 flex-1">
                  <div className="font-medium">
                    {account.login}{' '}
                    {account.id === current && (
                      <span className="text-sm font-normal text-ink-soft">
                        <Trans>(shown now)</Trans>
                      </span>
                    )}
                  </div>
                  <div className="text-sm text-ink-soft break-all">{new URL(account.server).host}</div>
                </div>
                {account.signedIn ? (
                  <Button
                    tone={account.id === current ? 'primary' : 'plain'}
                    onClick={() => {
                      accounts.use(account.id)
                      if (account.id === current) void navigate({ to: '/dashboard' })
                    }}
                  >
                    <Trans>Open</Trans>
                  </Button>
                ) : (
                  <Button tone="primary" onClick={() => accounts.begin(account.server)}>
                    <Trans>Sign in again</Trans>
                  </Button>
                )}
                <Button
                  tone="ghost"
                  className="!px-2"
                  aria-label={t`Remove ${account.login} at ${new URL(account.server).host}`}
                  title={t`Sign out and remove`}
                  onClick={() => accounts.signOut(account.id)}
                >
                  <LogOut size={15} aria-hidden />
                </Button>
              </li>
            ))}
          </ul>
        )}
        <form
          className="mt-6 rounded-card border border-line bg-surface p-5"
          onSubmit={(event) => {
            event.preventDefault()
            accounts.begin(typed)
          }}
        >
          <label className="flex flex-col gap-1.5 text-sm font-medium">
            {all.length === 0 ? t`Address of your server` : t`Another server`}
            <input
              autoFocus={all.length === 0}
              className={`${inputClass} font-mono font-normal`}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              placeholder={t`arcx.example.com`}
              autoComplete="url"
              autoCapitalize="none"
              spellCheck={false}
              required
            />
          </label>
          {signIn.kind === 'failed' && (
            <p role="alert" className="mt-3 rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
              {signIn.message}
            </p>
          )}
          {signIn.kind === 'waiting' ? (
            <div role="status" className="mt-4 text-sm">
              <p className="flex items-center gap-2">
                <Trans>
                  <span className="size-2 rounded-full bg-busy pulse-dot" /> Go on in your browser, at{' '}
                  {new URL(signIn.server).host}.
                </Trans>
              </p>
              <div className="mt-3 flex flex-wrap gap-2">
                <Button onClick={() => host.openExternally(signIn.url)}>
                  <ExternalLink size={15} aria-hidden /> <Trans>Open the browser again</Trans>
                </Button>
                <Button tone="ghost" onClick={() => accounts.cancel()}>
                  <Trans>Cancel</Trans>
                </Button>
              </div>
            </div>
          ) : (
            <Button tone="primary" type="submit" className="mt-4 w-full">
              <Plus size={16} aria-hidden /> <Trans>Sign in by the browser</Trans>
            </Button>
          )}
        </form>
        {!accounts.areKept && (
          <p className="mt-4 text-sm text-ink-soft">
            <Trans>
              This system has no keychain that arcx can use, so you sign in again after each start. On Linux, GNOME
              Keyring or KWallet is one.
            </Trans>
          </p>
        )}
      </div>
    </main>
  )
}
