import { i18n } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Send } from 'lucide-react'
import { useState } from 'react'
import type { MailMessageView, MailState } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Ago } from '../interface/time.tsx'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'

const states: Readonly<Record<MailState, ReturnType<typeof msg>>> = {
  waiting: msg`Waiting`,
  sent: msg`Sent`,
  failed: msg`Given up`,
}

/** The e-mail of this server, and a test of it. */
export function MailDesk() {
  const { data, error } = useQuery({ ...trpc.mail.overview.queryOptions(), refetchInterval: 3000 })
  const [to, setTo] = useState('')
  const test = useMutation(
    trpc.mail.test.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.mail.overview.queryKey() }),
    }),
  )
  if (error !== null)
    return (
      <p role="alert" className="text-bad">
        {refusalOf(error).message}
      </p>
    )
  if (data === undefined) return <div aria-busy className="skeleton h-32 w-full" />
  if (data.from === null)
    return (
      <p className="rounded-card border border-dashed border-line-strong p-8 text-center text-ink-soft">
        <Trans>
          This server sends no e-mail yet.{' '}
          <Link to="/docs/$page" params={{ page: 'email' }} className="font-medium underline underline-offset-2">
            How to set up e-mail
          </Link>
        </Trans>
      </p>
    )
  const problem = test.error === null ? null : refusalOf(test.error).message
  return (
    <>
      <form
        className="mb-4 flex flex-wrap items-end gap-2 rounded-card border border-line bg-surface p-4"
        onSubmit={(event) => {
          event.preventDefault()
          test.mutate({ to: to.trim() })
        }}
      >
        <label className="flex min-w-0 flex-1 basis-52 flex-col gap-1 text-sm">
          <Trans>Send a test mail to</Trans>
          <input
            className={`${inputClass} !h-9`}
            type="email"
            value={to}
            aria-invalid={problem !== null}
            onChange={(event) => {
              setTo(event.target.value)
              test.reset()
            }}
            autoComplete="email"
            maxLength={254}
          />
        </label>
        <Button tone="primary" type="submit" busy={test.isPending} disabled={to.trim() === ''}>
          <Send size={16} aria-hidden /> <Trans>Send</Trans>
        </Button>
        {problem !== null && (
          <p role="alert" className="w-full text-sm break-words text-bad">
            {problem}
          </p>
        )}
        <p className="w-full text-sm text-ink-soft">
          <Trans>E-mail comes from {data.from}.</Trans>
        </p>
      </form>
      {data.messages.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-8 text-center text-ink-soft">
          <Trans>Nothing has been sent in the last 30 days.</Trans>
        </p>
      ) : (
        <ul aria-label={t`E-mail`} className="divide-y divide-line rounded-card border border-line bg-surface">
          {data.messages.map((message) => (
            <Row key={message.id} message={message} />
          ))}
        </ul>
      )}
    </>
  )
}

function Row({ message: { subject, recipient, state, attempts, error, createdAt } }: { message: MailMessageView }) {
  return (
    <li className="px-4 py-3">
      <div className="font-medium break-words">{subject}</div>
      <div className="text-sm break-words text-ink-soft">
        <span className={state === 'failed' ? 'text-bad' : ''}>{i18n._(states[state])}</span>
        {' · '}
        <Trans>to {recipient}</Trans>
        {' · '}
        <Ago at={createdAt} />
        {attempts > 1 && (
          <>
            {' · '}
            <Plural value={attempts} one="# attempt" other="# attempts" />
          </>
        )}
      </div>
      {error !== null && <div className="mt-1 text-sm break-words text-bad">{error}</div>}
    </li>
  )
}
