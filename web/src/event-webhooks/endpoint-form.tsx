import { Dialog } from '@base-ui/react/dialog'
import { Field } from '@base-ui/react/field'
import { i18n } from '@lingui/core'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { EventEndpoint, NewEventEndpoint, TeamId, WebhookEventType, WebhookFormat } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { FieldProblem } from '../interface/field-problem.tsx'
import { trpc } from '../server/client.ts'
import { problemBeside, problemOf } from '../server/error.ts'
import { endpointsChanged } from './live.ts'
import { eventWords, formatWords } from './words.ts'

const formats = Object.keys(formatWords) as readonly WebhookFormat[]
const fields = ['name', 'url', 'events'] as const
const placeholders: Readonly<Record<WebhookFormat, string>> = {
  plain: 'https://example.com/hooks/arcx',
  slack: 'https://hooks.slack.com/services/…',
  discord: 'https://discord.com/api/webhooks/…',
}

interface EndpointFormProps {
  teamId: TeamId | null
  /** Null for a new one. */
  endpoint: EventEndpoint | null
  onClose: () => void
  onMade: (endpoint: NewEventEndpoint) => void
}

export function EndpointForm({ teamId, endpoint, onClose, onMade }: EndpointFormProps) {
  const [name, setName] = useState(endpoint?.name ?? '')
  const [url, setUrl] = useState(endpoint?.url ?? '')
  const [format, setFormat] = useState<WebhookFormat>(endpoint?.format ?? 'plain')
  const offered = (Object.keys(eventWords) as WebhookEventType[]).filter(
    (type) => teamId !== null || !type.startsWith('member.'),
  )
  const [chosen, setChosen] = useState<readonly WebhookEventType[]>(endpoint?.events ?? offered)
  const create = useMutation(
    trpc.eventWebhooks.create.mutationOptions({
      // The secret is in it.
      gcTime: 0,
      async onSuccess(made) {
        await endpointsChanged()
        if (made.format === 'plain') onMade(made)
        else onClose()
      },
    }),
  )
  const update = useMutation(
    trpc.eventWebhooks.update.mutationOptions({
      async onSuccess() {
        await endpointsChanged()
        onClose()
      },
    }),
  )
  const state = endpoint === null ? create : update
  const problem = problemBeside(state.error, fields)
  const toggle = (type: WebhookEventType) =>
    setChosen(chosen.includes(type) ? chosen.filter((each) => each !== type) : [...chosen, type])
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        const wanted = { name, url, format, events: [...chosen] }
        if (endpoint === null) create.mutate({ teamId, ...wanted })
        else update.mutate({ id: endpoint.id, ...wanted })
      }}
    >
      <Dialog.Title className="text-lg font-semibold break-words">
        {endpoint === null ? t`New webhook` : t`Edit ${endpoint.name}`}
      </Dialog.Title>
      <Field.Root invalid={problemOf(state.error, 'name') !== null} className="flex flex-col gap-1.5">
        <Field.Label className="text-sm font-medium">
          <Trans>Name</Trans>
        </Field.Label>
        <Field.Control
          className={inputClass}
          value={name}
          onValueChange={setName}
          placeholder={t`What it is for`}
          maxLength={60}
          autoComplete="off"
        />
        <FieldProblem>{problemOf(state.error, 'name')}</FieldProblem>
      </Field.Root>
      <label className="flex flex-col gap-1.5 text-sm font-medium">
        <Trans>What is sent</Trans>
        <select
          className={inputClass}
          value={format}
          onChange={(event) => setFormat(formats.find((each) => each === event.target.value) ?? 'plain')}
        >
          {formats.map((each) => (
            <option key={each} value={each}>
              {i18n._(formatWords[each])}
            </option>
          ))}
        </select>
      </label>
      <Field.Root invalid={problemOf(state.error, 'url') !== null} className="flex flex-col gap-1.5">
        <Field.Label className="text-sm font-medium">
          <Trans>Address</Trans>
        </Field.Label>
        <Field.Control
          className={`${inputClass} font-mono`}
          type="url"
          inputMode="url"
          value={url}
          onValueChange={setUrl}
          placeholder={placeholders[format]}
          maxLength={2000}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
        <FieldProblem>{problemOf(state.error, 'url')}</FieldProblem>
      </Field.Root>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 text-sm font-medium">
          <Trans>When</Trans>
        </legend>
        {offered.map((type) => (
          <label key={type} className="flex items-baseline gap-2.5 text-sm">
            <input
              type="checkbox"
              className="accent-accent"
              checked={chosen.includes(type)}
              onChange={() => toggle(type)}
            />
            <span>
              {i18n._(eventWords[type])} <span className="font-mono text-xs break-all text-ink-soft">{type}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {problem !== null && (
        <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm break-words text-bad">
          {problem}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button tone="ghost" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button
          tone="primary"
          type="submit"
          busy={state.isPending}
          disabled={name.trim() === '' || url.trim() === '' || chosen.length === 0}
        >
          {endpoint === null ? t`Create webhook` : t`Save`}
        </Button>
      </div>
    </form>
  )
}
