import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Info } from 'lucide-react'
import { trpc } from '../server/client.ts'

/** Whether others than whoever runs the server can sign in; undefined until it is known. */
export function useOthersCanSignIn(): boolean | undefined {
  return useQuery(trpc.auth.options.queryOptions()).data?.github
}

/** Why nobody can be invited yet, and what to do about it. */
export function NeedsGitHub() {
  return (
    <p role="note" className="mb-3 flex items-start gap-2.5 rounded-card border border-line bg-sunken p-4 text-sm">
      <Info size={17} aria-hidden className="mt-0.5 shrink-0 text-ink-soft" />
      <span>
        <Trans>
          Inviting people needs sign-in with GitHub, which is not set up on this server: nobody else could sign in.
          Whoever runs it makes a GitHub App under Administration, or sets GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET.
        </Trans>{' '}
        <Link to="/docs/$page" params={{ page: 'sign-in' }} className="font-medium underline underline-offset-2">
          <Trans>How to set up sign-in with GitHub</Trans>
        </Link>
      </span>
    </p>
  )
}
