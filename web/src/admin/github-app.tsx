import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { useState } from 'react'
import type { GitHubAppView, GitHubInstallationView } from '@arcx/router'
import { Button, buttonClass } from '../interface/button.tsx'
import { ConfirmByName } from '../interface/confirm-by-name.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Ago } from '../interface/time.tsx'
import { showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'

/** The GitHub App of this server: how it is made, and what it is. */
export function GitHubApp() {
  const { data: app, error } = useQuery(trpc.admin.githubApp.get.queryOptions())
  if (error !== null)
    return (
      <p role="alert" className="text-bad">
        {refusalOf(error).message}
      </p>
    )
  if (app === undefined) return <div aria-busy className="skeleton h-32 w-full" />
  return app === null ? <NoApp /> : <TheApp app={app} />
}

function NoApp() {
  return (
    <section className="rounded-card border border-line bg-surface p-6">
      <h2 className="font-semibold">
        <Trans>Connect GitHub</Trans>
      </h2>
      <p className="mt-1 mb-4 max-w-prose text-ink-soft">
        <Trans>
          One GitHub App lets people sign in with GitHub and sends events to this server. GitHub asks you to confirm it,
          and keeps the name and the permissions that you choose there.
        </Trans>
      </p>
      <form method="get" action="/github/app/new" className="flex flex-wrap items-end gap-2">
        <label className="flex min-w-0 flex-1 basis-56 flex-col gap-1 text-sm">
          <Trans>Organization (leave empty for your own account)</Trans>
          <input
            name="organization"
            className={inputClass}
            pattern="[A-Za-z0-9](-?[A-Za-z0-9]){0,38}"
            title={t`Letters, digits and hyphens, as in its address at GitHub`}
            autoComplete="off"
            spellCheck={false}
          />
        </label>
        <Button tone="primary" type="submit">
          <Trans>Make a GitHub App</Trans>
        </Button>
      </form>
    </section>
  )
}

function TheApp({ app }: { app: GitHubAppView }) {
  const [asked, setAsked] = useState(false)
  const remove = useMutation(
    trpc.admin.githubApp.remove.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.admin.githubApp.get.queryKey() }),
    }),
  )
  const { name, ownerLogin, url, installUrl, createdAt } = app
  return (
    <section className="rounded-card border border-line bg-surface p-6">
      <h2 className="font-semibold break-words">{name}</h2>
      <p className="mt-1 mb-4 max-w-prose text-ink-soft">
        <Trans>
          Belongs to {ownerLogin} · set up <Ago at={createdAt} />. Install it on the accounts whose repositories send
          events to this server.
        </Trans>
      </p>
      <div className="flex flex-wrap gap-2">
        <a className={buttonClass('primary')} href={installUrl} target="_blank" rel="noreferrer">
          <ExternalLink size={14} aria-hidden /> <Trans>Install on repositories</Trans>
        </a>
        <a className={buttonClass()} href={url} target="_blank" rel="noreferrer">
          <ExternalLink size={14} aria-hidden /> <Trans>Open at GitHub</Trans>
        </a>
        <Button onClick={() => setAsked(true)}>
          <Trans>Disconnect…</Trans>
        </Button>
      </div>
      <Installations />
      <ConfirmByName
        open={asked}
        title={t`Disconnect ${name}`}
        name={name}
        action={{ ask: (typed) => <Trans>Type {typed} to disconnect it</Trans>, button: t`Disconnect` }}
        removal={remove}
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => setAsked(false) })}
        onClose={() => setAsked(false)}
      >
        <Trans>
          This server forgets the App’s keys: nobody signs in by it any more, and its events are refused. At GitHub it
          stays until it is deleted there.
        </Trans>
      </ConfirmByName>
    </section>
  )
}

/** Where it is installed, and whose workspaces reach what is there. */
function Installations() {
  const { data, error } = useQuery({ ...trpc.admin.githubApp.installations.queryOptions(), refetchOnWindowFocus: true })
  return (
    <>
      <h3 className="mt-6 mb-2 text-sm text-ink-soft">
        <Trans>Installed on</Trans>
      </h3>
      {error !== null ? (
        <p role="alert" className="text-bad">
          {refusalOf(error).message}
        </p>
      ) : data === undefined ? (
        <div aria-busy className="skeleton h-12 w-full" />
      ) : data.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-4 text-center text-sm text-ink-soft">
          <Trans>Nowhere yet. Install it on an account, then say which team works with its repositories.</Trans>
        </p>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line">
          {data.map((installation) => (
            <Installation key={installation.id} installation={installation} />
          ))}
        </ul>
      )}
    </>
  )
}

function Installation({ installation }: { installation: GitHubInstallationView }) {
  const { id: installationId, account, repositories, isSuspended, team } = installation
  const { data: teams } = useQuery(trpc.admin.teams.list.queryOptions())
  const connect = useMutation(
    trpc.admin.githubApp.connect.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.admin.githubApp.installations.queryKey() }),
      onError: (error) => showError(refusalOf(error).message),
    }),
  )
  const names = new Set([...(team === null ? [] : [team]), ...(teams ?? []).map(({ name }) => name)])
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-48">
        <div className="font-medium break-words">{account}</div>
        <div className="text-sm text-ink-soft">
          {isSuspended ? (
            <span className="text-bad">
              <Trans>suspended at GitHub</Trans>
            </span>
          ) : repositories === 'all' ? (
            <Trans>all repositories</Trans>
          ) : (
            <Trans>selected repositories</Trans>
          )}
        </div>
      </div>
      <select
        aria-label={t`Team that works with ${account}`}
        className={`${inputClass} !h-9 !w-auto max-w-full`}
        value={team ?? ''}
        disabled={connect.isPending}
        onChange={({ target: { value } }) => connect.mutate({ installationId, team: value === '' ? null : value })}
      >
        <option value="">{t`No team`}</option>
        {[...names].map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </li>
  )
}
