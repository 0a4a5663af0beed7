import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, buttonClass } from '../interface/button.tsx'
import { Mark } from '../interface/mark.tsx'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { NeedsGitHub } from '../teams/needs-github.tsx'
import { aRole, roleWords } from '../teams/roles.ts'
import { teamsChanged, useTeams } from '../teams/live.ts'

/** Where the link of an invitation leads, signed in or not. */
export function JoinPage() {
  const { code = '' } = useSearch({ from: '/join' })
  const navigate = useNavigate()
  const { data: options } = useQuery(trpc.auth.options.queryOptions())
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  const { data: invitation, error } = useQuery({ ...trpc.teams.invitation.queryOptions({ code }), retry: false })
  const accept = useMutation(
    trpc.teams.accept.mutationOptions({
      async onSuccess(team) {
        await teamsChanged()
        await navigate({ to: '/teams/$name', params: { name: team.name } })
      },
    }),
  )
  const { data: teams } = useTeams({ enabled: me !== null && me !== undefined })
  const own = teams?.find(({ id }) => id === invitation?.teamId)
  const inviter = invitation?.invitedBy ?? t`Somebody`
  return (
    <main className="grid min-h-dvh place-items-center px-4">
      <div className="w-full max-w-md rounded-card border border-line bg-surface p-7">
        <Mark size={40} />
        {error !== null ? (
          <>
            <h1 className="mt-4 text-xl font-semibold">
              <Trans>This invitation has ended</Trans>
            </h1>
            <p className="mt-2 text-ink-soft">{refusalOf(error).message}</p>
            <Link to="/dashboard" className={`${buttonClass('primary')} mt-5`}>
              <Trans>To the dashboard</Trans>
            </Link>
          </>
        ) : invitation === undefined || me === undefined || (me !== null && teams === undefined) ? (
          <div aria-busy className="skeleton mt-4 h-24 w-full" />
        ) : own !== undefined ? (
          <>
            <h1 className="mt-4 text-xl font-semibold break-words">
              <Trans>You are in {own.name} already</Trans>
            </h1>
            <p className="mt-2 text-ink-soft">
              <Trans>
                You are {aRole(own.role)} of the team. Send the link to the person whom you want to invite; it is not
                used up.
              </Trans>
            </p>
            <Link to="/teams/$name" params={{ name: own.name }} className={`${buttonClass('primary')} mt-5`}>
              <Trans>Go to the team</Trans>
            </Link>
          </>
        ) : (
          <>
            <h1 className="mt-4 text-xl font-semibold break-words">
              <Trans>Join {invitation.teamName}</Trans>
            </h1>
            <p className="mt-2 text-ink-soft">
              <Trans>
                {inviter} invites you to join as <span className="font-medium text-ink">{aRole(invitation.role)}</span>.{' '}
                {roleWords(invitation.role)}.
              </Trans>
            </p>
            {accept.isError && (
              <p role="alert" className="mt-3 rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
                {refusalOf(accept.error).message}
              </p>
            )}
            <div className="mt-5 flex flex-wrap items-center gap-3">
              {me === null && options?.github === false ? (
                <NeedsGitHub />
              ) : me === null ? (
                <Link
                  to="/sign-in"
                  search={{ to: `/join?${new URLSearchParams({ code })}`, invite: code }}
                  className={buttonClass('primary')}
                >
                  <Trans>Sign in to join</Trans>
                </Link>
              ) : (
                <>
                  <Button tone="primary" busy={accept.isPending} onClick={() => accept.mutate({ code })}>
                    <Trans>Join as {me.login}</Trans>
                  </Button>
                  <Link to="/dashboard" className={buttonClass('ghost')}>
                    <Trans>Not now</Trans>
                  </Link>
                </>
              )}
            </div>
          </>
        )}
      </div>
    </main>
  )
}
