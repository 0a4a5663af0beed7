import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Laptop } from 'lucide-react'
import { Suspense } from 'react'
import type { SessionView } from '@arcx/router'
import { host } from '../host/host.ts'
import { Button } from '../interface/button.tsx'
import { roleName, tierName } from '../account/names.ts'
import { Frame } from '../interface/frame.tsx'
import { lazyNamed } from '../interface/lazy-named.ts'
import { Ago } from '../interface/time.tsx'
import { showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { optimistically, useOptimistic } from '../server/optimistic.ts'
import { Leave } from '../account/leave.tsx'
import { Subscription } from '../billing/subscription.tsx'
import { ownself } from '../egress/owner.ts'
import { EventEndpoints } from '../event-webhooks/endpoints.tsx'
import { Rules } from '../egress/rules.tsx'
import { Secrets } from '../secrets/secrets.tsx'
import { Tokens } from '../tokens/tokens.tsx'
import { deviceOf } from './device.ts'

const ProgramSettings = lazyNamed(() => import('../shell/program-settings.tsx'), 'ProgramSettings')

type Sessions = readonly SessionView[]
const optimistic = [
  optimistically(trpc.auth.sessions.end, (sessions: Sessions, { sessionId }) =>
    sessions.filter(({ id }) => id !== sessionId),
  ),
  optimistically(trpc.auth.sessions.endOthers, (sessions: Sessions) => sessions.filter(({ current }) => current)),
]

export function Settings() {
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  const { data, error } = useQuery(trpc.auth.sessions.list.queryOptions())
  const sessions = useOptimistic(data, optimistic)
  const after = {
    onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.auth.sessions.list.queryKey() }),
    onError: (reason: unknown) => showError(refusalOf(reason).message),
  }
  const end = useMutation(trpc.auth.sessions.end.mutationOptions(after))
  const endOthers = useMutation(trpc.auth.sessions.endOthers.mutationOptions(after))
  return (
    <Frame>
      <h1 className="mb-6 text-2xl font-semibold tracking-tight">
        <Trans>Settings</Trans>
      </h1>
      <section aria-labelledby="profile" className="mb-8">
        <h2 id="profile" className="mb-2 text-sm text-ink-soft">
          <Trans>Profile</Trans>
        </h2>
        <dl className="grid grid-cols-2 gap-4 rounded-card border border-line bg-surface p-4 text-sm sm:grid-cols-4">
          {(
            [
              [t`Name`, me?.name],
              [t`Login`, me?.login],
              [t`Plan`, me && tierName(me.tier)],
              [t`Role`, me && roleName(me.role)],
            ] as const
          ).map(([term, value]) => (
            <div key={term}>
              <dt className="text-ink-soft">{term}</dt>
              <dd className="font-medium">{value ?? '…'}</dd>
            </div>
          ))}
        </dl>
      </section>
      <Subscription teamId={null} mayOrder />
      <section aria-labelledby="sessions">
        <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
          <h2 id="sessions" className="text-sm text-ink-soft">
            <Trans>Where you are signed in</Trans>
          </h2>
          <Button onClick={() => endOthers.mutate()} busy={endOthers.isPending} disabled={(sessions?.length ?? 0) < 2}>
            <Trans>Sign out everywhere else</Trans>
          </Button>
        </div>
        {error !== null ? (
          <p role="alert" className="rounded-card border border-line bg-surface p-4 text-bad">
            {refusalOf(error).message}
          </p>
        ) : sessions === undefined ? (
          <div aria-busy className="skeleton h-20 w-full" />
        ) : (
          <ul className="divide-y divide-line rounded-card border border-line bg-surface">
            {sessions.map((session) => (
              <li key={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
                <Laptop size={18} aria-hidden className="text-ink-soft" />
                <div className="min-w-0 flex-1 basis-52">
                  <div className="font-medium">
                    {deviceOf(session.userAgent)}
                    {session.current && (
                      <span className="ml-2 rounded-full bg-accent-wash px-2 py-0.5 text-xs text-accent">
                        {host.program === null ? t`this browser` : t`this app`}
                      </span>
                    )}
                  </div>
                  <div className="text-sm text-ink-soft">
                    <Trans>
                      from {session.address} · seen <Ago at={session.lastSeenAt} />
                    </Trans>
                  </div>
                </div>
                {!session.current && (
                  <Button
                    onClick={() => end.mutate({ sessionId: session.id })}
                    aria-label={t`Sign out ${deviceOf(session.userAgent)}, from ${session.address}`}
                  >
                    <Trans>Sign out</Trans>
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </section>
      {host.program !== null && (
        <Suspense fallback={<div aria-busy className="skeleton mt-8 h-72 w-full" />}>
          <ProgramSettings program={host.program} />
        </Suspense>
      )}
      <Secrets owner={ownself} mayChange />
      <Rules owner={ownself} mayChange />
      <EventEndpoints teamId={null} />
      <Tokens />
      {me && <Leave login={me.login} />}
    </Frame>
  )
}
