import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Order } from '../billing/subscription.tsx'
import { Button } from '../interface/button.tsx'
import { Mark } from '../interface/mark.tsx'
import { trpc } from '../server/client.ts'
import { signOut } from '../server/sign-out.ts'

/** Where an account waits for its payment; it goes on by itself once that has come. */
export function Waiting() {
  const { data: me } = useQuery({ ...trpc.auth.me.queryOptions(), refetchInterval: 5000 })
  const { data: billing } = useQuery(trpc.billing.get.queryOptions({ teamId: null }))
  if (me?.status === 'active') location.replace('/dashboard')
  return (
    <main className="grid min-h-dvh place-items-center px-4">
      <div className="w-full max-w-md rounded-card border border-line bg-surface p-7">
        <Mark size={40} />
        <h1 className="mt-4 text-xl font-semibold">
          <Trans>Your account waits for its payment</Trans>
        </h1>
        <p className="mt-2 text-ink-soft">
          {me ? (
            <Trans>
              {me.login}, you are signed in. As soon as a plan is paid, this page takes you to your workspaces.
            </Trans>
          ) : (
            <Trans>You are signed in. As soon as a plan is paid, this page takes you to your workspaces.</Trans>
          )}
        </p>
        {billing && <Order teamId={null} billing={billing} />}
        <Button className="mt-5" onClick={() => void signOut()}>
          <Trans>Sign out</Trans>
        </Button>
      </div>
    </main>
  )
}
