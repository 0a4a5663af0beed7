import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Copy, UserPlus } from 'lucide-react'
import { useState } from 'react'
import type { InvitedRole, TeamDetails } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { showError } from '../interface/toasts.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { teamsChanged } from './live.ts'
import { NeedsGitHub, useOthersCanSignIn } from './needs-github.tsx'
import { aRole, invitedRoles, roleName, roleWords } from './roles.ts'

/** Inviting by link or login, and the invitations that are open. */
export function InviteForm({ team }: { team: TeamDetails }) {
  const [role, setRole] = useState<InvitedRole>('member')
  const [login, setLogin] = useState('')
  const [email, setEmail] = useState('')
  const { data: sendsMail = false } = useQuery(trpc.mail.isConfigured.queryOptions())
  const [copied, setCopied] = useState('')
  const onError = (error: unknown) => showError(refusalOf(error).message)
  const invite = useMutation(trpc.teams.invites.create.mutationOptions({ onSuccess: teamsChanged }))
  const revoke = useMutation(trpc.teams.invites.revoke.mutationOptions({ onSuccess: teamsChanged, onError }))
  const made = invite.data
  const problem = invite.error === null ? null : refusalOf(invite.error).message
  const othersCanSignIn = useOthersCanSignIn()
  return (
    <section aria-labelledby="invite">
      <h2 id="invite" className="mb-2 text-sm text-ink-soft">
        <Trans>Invite</Trans>
      </h2>
      {othersCanSignIn === false && <NeedsGitHub />}
      {othersCanSignIn === true && (
        <form
          className="mb-3 flex flex-wrap items-end gap-2 rounded-card border border-line bg-surface p-4"
          onSubmit={(event) => {
            event.preventDefault()
            invite.mutate(
              { teamId: team.id, role, login: givenOrNull(login), email: givenOrNull(email) },
              {
                onSuccess: () => {
                  setLogin('')
                  setEmail('')
                },
              },
            )
          }}
        >
          <label className="flex min-w-0 flex-1 basis-52 flex-col gap-1 text-sm">
            <Trans>GitHub login; leave empty for a link</Trans>
            <input
              className={`${inputClass} !h-9`}
              value={login}
              aria-invalid={problem !== null}
              onChange={(event) => {
                setLogin(event.target.value)
                invite.reset()
              }}
              placeholder="octocat"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={100}
            />
          </label>
          {sendsMail && (
            <label className="flex min-w-0 flex-1 basis-52 flex-col gap-1 text-sm">
              <Trans>Send it by e-mail to (optional)</Trans>
              <input
                className={`${inputClass} !h-9`}
                type="email"
                value={email}
                onChange={(event) => {
                  setEmail(event.target.value)
                  invite.reset()
                }}
                placeholder="octocat@example.com"
                autoComplete="off"
                maxLength={254}
              />
            </label>
          )}
          <label className="flex flex-col gap-1 text-sm">
            <Trans>As</Trans>
            <select
              className={`${inputClass} !h-9 !w-32`}
              title={roleWords(role)}
              value={role}
              onChange={(event) => setRole(invitedRoles.find((each) => each === event.target.value) ?? 'member')}
            >
              {invitedRoles.map((each) => (
                <option key={each} value={each}>
                  {roleName(each)}
                </option>
              ))}
            </select>
          </label>
          <Button tone="primary" type="submit" busy={invite.isPending}>
            <UserPlus size={16} aria-hidden />{' '}
            {login.trim() === '' && email.trim() === '' ? t`Create invitation link` : t`Invite`}
          </Button>
          {problem !== null && (
            <p role="alert" className="w-full text-sm break-words text-bad">
              {problem}
            </p>
          )}
          <p className="w-full text-sm text-ink-soft">{roleWords(role)}.</p>
        </form>
      )}
      {made !== undefined && (
        <div
          role="status"
          className="mb-3 flex flex-wrap items-center gap-2 rounded-card border border-line bg-sunken p-3"
        >
          <span className="w-full text-sm text-ink-soft">
            {made.email !== null
              ? t`It is on its way to ${made.email}. This is where it leads:`
              : made.login === null
                ? t`Share this link. It lets in one person, is shown only once, and expires in 7 days.`
                : t`${made.login} sees the invitation after signing in here:`}
          </span>
          <code aria-label={t`Invitation link`} className="min-w-0 flex-1 break-all text-sm">
            {made.url}
          </code>
          <Button onClick={() => void navigator.clipboard.writeText(made.url).then(() => setCopied(made.url))}>
            <Copy size={14} aria-hidden /> {copied === made.url ? t`Copied` : t`Copy`}
          </Button>
        </div>
      )}
      {team.invites.length > 0 && (
        <ul
          aria-label={t`Open invitations`}
          className="divide-y divide-line rounded-card border border-line bg-surface"
        >
          {team.invites.map((open) => (
            <li key={open.id} className="flex flex-wrap items-center gap-3 px-4 py-3 text-sm">
              <span className="min-w-0 flex-1 basis-48">
                <Trans>
                  <span className="font-medium">{open.login ?? open.email ?? t`Link`}</span> as {aRole(open.role)}{' '}
                  <span className="text-ink-soft">
                    · by {open.invitedBy ?? t`a former member`} · ends {new Date(open.expiresAt).toLocaleDateString()}
                  </span>
                </Trans>
              </span>
              <Button onClick={() => revoke.mutate({ teamId: team.id, inviteId: open.id })}>
                <Trans>Withdraw</Trans>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const givenOrNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())
