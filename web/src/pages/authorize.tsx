import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { CircleCheck, SquareTerminal } from 'lucide-react'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { ProgramKind } from '@arcx/router'
import { Button, buttonClass } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Ago } from '../interface/time.tsx'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { shownCode } from './device-code.ts'

/** Where a person lets a program act for them, on this machine or one that shows a code, or signs in the desktop app. */
export function AuthorizePage() {
  const { kind = 'cli', port, state, challenge, name, code } = useSearch({ from: '/authorize' })
  return (
    <main className="grid min-h-dvh place-items-center px-4">
      <div className="w-full max-w-md rounded-card border border-line bg-surface p-7">
        <SquareTerminal size={36} aria-hidden className="text-accent" />
        {port !== undefined && state !== undefined && challenge !== undefined ? (
          <OnThisMachine
            kind={kind}
            port={port}
            state={state}
            challenge={challenge}
            clientName={name ?? (kind === 'desktop' ? 'arcx app' : 'arcx CLI')}
          />
        ) : code === undefined ? (
          <AskCode />
        ) : (
          <ByCode key={code} code={code} />
        )}
      </div>
    </main>
  )
}

function OnThisMachine({
  kind,
  port,
  state,
  challenge,
  clientName,
}: {
  kind: ProgramKind
  port: number
  state: string
  challenge: string
  clientName: string
}) {
  const authorize = useMutation(
    trpc.programs.authorize.mutationOptions({ onSuccess: ({ url, appUrl }) => location.assign(appUrl ?? url) }),
  )
  if (authorize.isSuccess && authorize.data.appUrl !== null) {
    return (
      <>
        <h1 className="mt-4 flex items-center gap-2 text-xl font-semibold">
          <CircleCheck size={22} aria-hidden className="text-good" /> <Trans>Signed in</Trans>
        </h1>
        <p className="mt-2 text-ink-soft">
          <Trans>Your browser asks whether it may open arcx. If it does not ask, or nothing opens:</Trans>
        </p>
        <a href={authorize.data.url} className={`${buttonClass('primary')} mt-4`}>
          <Trans>Go back to the app</Trans>
        </a>
      </>
    )
  }
  return (
    <Decision
      kind={kind}
      clientName={clientName}
      origin={t`It runs on this machine.`}
      busy={authorize.isPending || authorize.isSuccess}
      error={authorize.error}
      onAllow={() => authorize.mutate({ kind, port, state, challenge, clientName })}
      refuse={
        <Link to="/dashboard" className={buttonClass('ghost')}>
          <Trans>Cancel</Trans>
        </Link>
      }
    />
  )
}

function ByCode({ code }: { code: string }) {
  const { data: request, error } = useQuery({
    ...trpc.programs.request.queryOptions({ userCode: code }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const answer = useMutation(trpc.programs.answer.mutationOptions())
  if (answer.isSuccess) {
    return (
      <>
        <h1 className="mt-4 flex items-center gap-2 text-xl font-semibold">
          {answer.variables.accept && <CircleCheck size={22} aria-hidden className="text-good" />}{' '}
          {answer.variables.accept ? t`Signed in` : t`Refused`}
        </h1>
        <p className="mt-2 text-ink-soft">
          {answer.variables.accept
            ? t`Go back to your terminal; you can close this page.`
            : t`The program was not let in. You can close this page.`}
        </p>
      </>
    )
  }
  if (error !== null) {
    return (
      <>
        <p role="alert" className="mt-4 rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
          {refusalOf(error).message}
        </p>
        <AskCode />
      </>
    )
  }
  if (request === undefined) return <div aria-busy className="skeleton mt-4 h-24 w-full" />
  return (
    <Decision
      kind="cli"
      clientName={request.clientName}
      origin={
        <>
          <Trans>
            It asked <Ago at={request.createdAt} /> from {request.address} and shows the code{' '}
            <span className="font-mono font-semibold text-ink">{shownCode(code)}</span>. Allow it only if you started it
            yourself.
          </Trans>
        </>
      }
      busy={answer.isPending}
      error={answer.error}
      onAllow={() => answer.mutate({ userCode: code, accept: true })}
      refuse={
        <Button tone="ghost" onClick={() => answer.mutate({ userCode: code, accept: false })} busy={answer.isPending}>
          <Trans>Refuse</Trans>
        </Button>
      }
    />
  )
}

function AskCode() {
  const [typed, setTyped] = useState('')
  const navigate = useNavigate()
  return (
    <form
      className="mt-4 flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        void navigate({ to: '/authorize', search: { code: shownCode(typed) } })
      }}
    >
      <h1 className="text-xl font-semibold">
        <Trans>Sign in a program</Trans>
      </h1>
      <label className="flex flex-col gap-1.5 text-sm">
        <Trans>Code shown by the program</Trans>
        <input
          className={`${inputClass} font-mono uppercase tracking-widest`}
          value={typed}
          onChange={(event) => setTyped(event.target.value.toUpperCase())}
          autoFocus
          placeholder="XXXX-XXXX"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={9}
          required
        />
      </label>
      <Button tone="primary" type="submit" disabled={typed.replace(/[^a-z]/gi, '').length !== 8}>
        <Trans>Continue</Trans>
      </Button>
    </form>
  )
}

function Decision({
  kind,
  clientName,
  origin,
  busy,
  error,
  onAllow,
  refuse,
}: {
  kind: ProgramKind
  clientName: string
  origin: ReactNode
  busy: boolean
  error: unknown
  onAllow: () => void
  refuse: ReactNode
}) {
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  const login = me?.login ?? t`you`
  return (
    <>
      <h1 className="mt-4 text-xl font-semibold break-words">
        {kind === 'desktop' ? t`Sign in ${clientName}?` : t`Let ${clientName} act for you?`}
      </h1>
      <p className="mt-2 text-ink-soft">{origin}</p>
      <p className="mt-2 text-ink-soft">
        {kind === 'desktop'
          ? t`It is then signed in as ${login}, as this browser is. The settings show it among the places where you are signed in, and end it.`
          : t`It may then do what ${login} may: use workspaces and run programs in them, manage teams and secrets, and create tokens. It cannot administer the server. It ends after 90 days, or when you revoke it in the settings.`}
      </p>
      {error !== null && (
        <p role="alert" className="mt-3 rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
          {refusalOf(error).message}
        </p>
      )}
      <div className="mt-5 flex flex-wrap gap-3">
        <Button tone="primary" onClick={onAllow} busy={busy}>
          <Trans>Allow</Trans>
        </Button>
        {refuse}
      </div>
    </>
  )
}
