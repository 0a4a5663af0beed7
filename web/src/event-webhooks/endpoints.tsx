import { i18n } from '@lingui/core'
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus, Webhook } from 'lucide-react'
import { useId, useState } from 'react'
import type { EventEndpoint, NewEventEndpoint, TeamId } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { ConfirmByName } from '../interface/confirm-by-name.tsx'
import { Modal } from '../interface/modal.tsx'
import { Ago } from '../interface/time.tsx'
import { showError, showToast } from '../interface/toasts.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { Deliveries } from './deliveries.tsx'
import { EndpointForm } from './endpoint-form.tsx'
import { deliveriesChanged, endpointsChanged } from './live.ts'
import { NewSecret } from './new-secret.tsx'
import { formatWords, offWords } from './words.ts'

type Open =
  | { readonly kind: 'form'; readonly endpoint: EventEndpoint | null }
  | { readonly kind: 'secret'; readonly endpoint: NewEventEndpoint }
  | { readonly kind: 'remove'; readonly endpoint: EventEndpoint }

/** Where a team, or a person for what is their own, is told of events. */
export function EventEndpoints({ teamId }: { teamId: TeamId | null }) {
  const { data: endpoints, error } = useQuery(trpc.eventWebhooks.list.queryOptions({ teamId }))
  const [open, setOpen] = useState<Open | null>(null)
  const close = () => setOpen(null)
  const remove = useMutation(
    trpc.eventWebhooks.remove.mutationOptions({
      onSuccess: endpointsChanged,
      onError: (reason) => showError(refusalOf(reason).message),
    }),
  )
  return (
    <section aria-labelledby="event-webhooks" className="mt-8">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h2 id="event-webhooks" className="text-sm text-ink-soft">
          <Trans>Webhooks</Trans>
        </h2>
        <Button onClick={() => setOpen({ kind: 'form', endpoint: null })}>
          <Plus size={16} aria-hidden /> <Trans>New webhook</Trans>
        </Button>
      </div>
      {error !== null ? (
        <p role="alert" className="rounded-card border border-line bg-surface p-4 text-bad">
          {refusalOf(error).message}
        </p>
      ) : endpoints === undefined ? (
        <div aria-busy className="skeleton h-20 w-full" />
      ) : endpoints.length === 0 ? (
        <div key="none" className="rounded-card border border-dashed border-line-strong p-6 text-center text-ink-soft">
          <p className="font-medium text-ink">
            <Trans>No webhooks yet</Trans>
          </p>
          <p className="mx-auto mt-1 max-w-prose text-sm">
            <Trans>
              A webhook tells another service what happens here: a channel in Slack or Discord that a workspace has
              failed, or a program of yours that somebody has joined.
            </Trans>{' '}
            <Link
              to="/docs/$page"
              params={{ page: 'event-webhooks' }}
              className="font-medium underline underline-offset-2"
            >
              <Trans>How webhooks work</Trans>
            </Link>
          </p>
        </div>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {endpoints.map((endpoint) => (
            <Row
              key={endpoint.id}
              endpoint={endpoint}
              onEdit={() => setOpen({ kind: 'form', endpoint })}
              onRemove={() => setOpen({ kind: 'remove', endpoint })}
              onSecret={(renewed) => setOpen({ kind: 'secret', endpoint: renewed })}
            />
          ))}
        </ul>
      )}
      <Modal open={open?.kind === 'form' || open?.kind === 'secret'} onClose={close}>
        {open?.kind === 'form' && (
          <EndpointForm
            teamId={teamId}
            endpoint={open.endpoint}
            onClose={close}
            onMade={(endpoint) => setOpen({ kind: 'secret', endpoint })}
          />
        )}
        {open?.kind === 'secret' && <NewSecret endpoint={open.endpoint} onClose={close} />}
      </Modal>
      <ConfirmByName
        open={open?.kind === 'remove'}
        onClose={close}
        title={t`Delete the webhook ${open?.kind === 'remove' ? open.endpoint.name : ''}?`}
        name={open?.kind === 'remove' ? open.endpoint.name : ''}
        onConfirm={() => open?.kind === 'remove' && remove.mutate({ id: open.endpoint.id })}
      >
        <Trans>Nothing is sent there any more, and the record of its deliveries goes with it.</Trans>
      </ConfirmByName>
    </section>
  )
}

interface RowProps {
  endpoint: EventEndpoint
  onEdit: () => void
  onRemove: () => void
  onSecret: (endpoint: NewEventEndpoint) => void
}

function Row({ endpoint, onEdit, onRemove, onSecret }: RowProps) {
  const { id, name, url, format, events, offBecause, failingSince, formerSecretUntil } = endpoint
  const [isOpen, setOpen] = useState(false)
  const region = useId()
  const onError = (error: unknown) => showError(refusalOf(error).message)
  const update = useMutation(trpc.eventWebhooks.update.mutationOptions({ onSuccess: endpointsChanged, onError }))
  const rotate = useMutation(
    trpc.eventWebhooks.rotate.mutationOptions({
      // The secret is in it.
      gcTime: 0,
      async onSuccess(renewed) {
        await endpointsChanged()
        onSecret(renewed)
      },
      onError,
    }),
  )
  const test = useMutation(
    trpc.eventWebhooks.test.mutationOptions({
      async onSuccess() {
        setOpen(true)
        await deliveriesChanged()
        showToast({ title: t`A test is on its way to ${name}` })
      },
      onError,
    }),
  )
  const isOn = offBecause === null
  return (
    <li className="px-4 py-3" data-endpoint={name}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Webhook size={18} aria-hidden className="text-ink-soft" />
        <div className="min-w-0 flex-1 basis-52">
          <div className="font-medium break-words">{name}</div>
          <div className="font-mono text-xs break-all text-ink-soft">{url}</div>
          <div className="text-sm break-words text-ink-soft">
            {i18n._(formatWords[format])} · <Plural value={events.length} one="# event" other="# events" />
            {formerSecretUntil !== null && (
              <>
                {' · '}
                <Trans>the former secret ends {new Date(formerSecretUntil).toLocaleString()}</Trans>
              </>
            )}
          </div>
          {offBecause !== null ? (
            <div className="text-sm text-bad">{i18n._(offWords[offBecause])}</div>
          ) : (
            failingSince !== null && (
              <div className="text-sm text-bad">
                <Trans>
                  Nothing has been taken since <Ago at={failingSince} />
                </Trans>
              </div>
            )
          )}
        </div>
        <div className="flex flex-wrap gap-2">
          <Button aria-expanded={isOpen} aria-controls={region} onClick={() => setOpen(!isOpen)}>
            <Trans>Deliveries</Trans>
          </Button>
          {isOn ? (
            <Button busy={test.isPending} onClick={() => test.mutate({ id })} aria-label={t`Send a test to ${name}`}>
              <Trans>Send a test</Trans>
            </Button>
          ) : (
            <Button busy={update.isPending} onClick={() => update.mutate({ id, isOn: true })}>
              <Trans>Switch on</Trans>
            </Button>
          )}
          <Button onClick={onEdit} aria-label={t`Edit ${name}`}>
            <Trans>Edit</Trans>
          </Button>
          {isOn && (
            <Button busy={update.isPending} onClick={() => update.mutate({ id, isOn: false })}>
              <Trans>Switch off</Trans>
            </Button>
          )}
          {format === 'plain' && (
            <Button
              busy={rotate.isPending}
              onClick={() => rotate.mutate({ id })}
              aria-label={t`New secret for ${name}`}
            >
              <Trans>New secret</Trans>
            </Button>
          )}
          <Button onClick={onRemove} aria-label={t`Delete ${name}`}>
            <Trans>Delete…</Trans>
          </Button>
        </div>
      </div>
      <div id={region} hidden={!isOpen}>
        {isOpen && <Deliveries id={id} isOn={isOn} />}
      </div>
    </li>
  )
}
