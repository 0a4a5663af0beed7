import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { Dialog } from '@base-ui/react/dialog'
import { Field } from '@base-ui/react/field'
import { msg, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { LockKeyhole, Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import type { SecretPlace, SecretView } from '@arcx/router'
import { listed } from '../egress/owner.ts'
import type { Owner } from '../egress/owner.ts'
import { Button } from '../interface/button.tsx'
import { ConfirmByName } from '../interface/confirm-by-name.tsx'
import { inputClass } from '../interface/dialog.ts'
import { FieldProblem } from '../interface/field-problem.tsx'
import { Modal } from '../interface/modal.tsx'
import { Ago } from '../interface/time.tsx'
import { offerUndo, showToast, showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { problemBeside, problemOf, refusalOf } from '../server/error.ts'
import { pendingId, optimistically, isPending, perform, useOptimistic } from '../server/optimistic.ts'

const changed = () => queryClient.invalidateQueries({ queryKey: trpc.secrets.list.pathKey() })

const places: readonly (readonly [SecretPlace, MessageDescriptor])[] = [
  ['header', msg`headers`],
  ['basic', msg`basic authorization`],
  ['address', msg`the address`],
  ['body', msg`bodies`],
  ['aws', msg`AWS signatures`],
]
const wordsOf = (chosen: readonly SecretPlace[]) =>
  places
    .filter(([place]) => chosen.includes(place))
    .map(([, words]) => i18n._(words))
    .join(', ')

type List = readonly SecretView[]
const optimisticChangesOf = ({ teamId, workspaceId }: Owner) => [
  optimistically(
    trpc.secrets.set,
    (list: List, { teamId: ofTeam = null, workspaceId: ofWorkspace = null, name, hosts, places: chosen = [] }) => {
      if (ofTeam !== teamId || ofWorkspace !== workspaceId) return list
      const updatedAt = new Date().toISOString()
      const known = list.find((secret) => secret.name === name) ?? {
        id: pendingId<SecretView['id']>(name),
        teamId,
        workspaceId,
        name,
        placeholder: '',
        managedBy: null,
        createdAt: updatedAt,
      }
      return [
        ...list.filter((secret) => secret.name !== name),
        { ...known, hosts, places: chosen, updatedAt, managedBy: null },
      ].toSorted((a, b) => a.name.localeCompare(b.name))
    },
  ),
  optimistically(trpc.secrets.grants, (list: List, { id, hosts, places: chosen = [] }) =>
    list.map((secret) => (secret.id === id ? { ...secret, hosts, places: chosen } : secret)),
  ),
  optimistically(trpc.secrets.remove, (list: List, { id }) => list.filter((secret) => secret.id !== id)),
]

/** Secrets of a person, a team or a single workspace: what workspaces use and never see. */
export function Secrets({ owner, mayChange }: { owner: Owner; mayChange: boolean }) {
  const { data } = useQuery(trpc.secrets.list.queryOptions(owner))
  const { teamId, workspaceId } = owner
  const secrets = useOptimistic(
    data,
    useMemo(() => optimisticChangesOf({ teamId, workspaceId }), [teamId, workspaceId]),
  )
  const [making, setMaking] = useState(false)
  const [granting, setGranting] = useState<SecretView | null>(null)
  const [removing, setRemoving] = useState<SecretView | null>(null)
  const remove = useMutation(
    trpc.secrets.remove.mutationOptions({
      onSuccess: changed,
      onError: (error) => showError(refusalOf(error).message),
    }),
  )
  return (
    <section aria-labelledby="secrets" className="mt-8">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h2 id="secrets" className="text-sm text-ink-soft">
          <Trans>Secrets</Trans>
        </h2>
        {mayChange && (
          <Button onClick={() => setMaking(true)}>
            <Plus size={16} aria-hidden /> <Trans>New secret</Trans>
          </Button>
        )}
      </div>
      {secrets === undefined ? (
        <div aria-busy className="skeleton h-20 w-full" />
      ) : secrets.length === 0 ? (
        // Another element than what stood here while it loaded, which would turn into it.
        <div key="none" className="rounded-card border border-dashed border-line-strong p-6 text-center text-ink-soft">
          <p className="font-medium text-ink">
            <Trans>No secrets yet</Trans>
          </p>
          <p className="mx-auto mt-1 max-w-prose text-sm">
            {mayChange && (
              <>
                <Trans>Add an API key or a token with “New secret”, and name the hosts that may receive it.</Trans>{' '}
              </>
            )}
            <Trans>
              Programs in a workspace see only a placeholder. arcx replaces it with the value in requests to those
              hosts, and hides the value again in their answers.
            </Trans>
          </p>
        </div>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {secrets.map((secret) => (
            <li key={secret.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
              <LockKeyhole size={18} aria-hidden className="text-ink-soft" />
              <div className="min-w-0 flex-1 basis-52">
                <div className="font-mono text-sm font-medium break-all">{secret.name}</div>
                <div className="text-sm break-words text-ink-soft">
                  {secret.places.length === 0 ? (
                    <Trans>to {secret.hosts.join(', ')}</Trans>
                  ) : (
                    <Trans>
                      to {secret.hosts.join(', ')} in {wordsOf(secret.places)}
                    </Trans>
                  )}{' '}
                  ·{' '}
                  <Trans>
                    set <Ago at={secret.updatedAt} />
                  </Trans>
                  {secret.managedBy !== null && (
                    <>
                      {' · '}
                      <Trans>renewed by the GitHub App</Trans>
                    </>
                  )}
                </div>
              </div>
              {mayChange && secret.managedBy === null && (
                <Button
                  onClick={() => setGranting(secret)}
                  disabled={isPending(secret)}
                  aria-label={t`Edit hosts of ${secret.name}`}
                >
                  <Trans>Edit hosts</Trans>
                </Button>
              )}
              {mayChange && secret.managedBy === null && (
                <Button
                  onClick={() => setRemoving(secret)}
                  disabled={isPending(secret)}
                  aria-label={t`Delete ${secret.name}`}
                >
                  <Trans>Delete…</Trans>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {making && <Making owner={owner} onClose={() => setMaking(false)} />}
      {granting !== null && <Granting secret={granting} onClose={() => setGranting(null)} />}
      <ConfirmByName
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={t`Delete ${removing?.name ?? ''}?`}
        name={removing?.name ?? ''}
        onConfirm={() => removing !== null && remove.mutate({ id: removing.id })}
      >
        <Trans>
          Its value goes for good; nobody can read it first. What asks with its placeholder is refused from the next
          request on.
        </Trans>
      </ConfirmByName>
    </section>
  )
}

function Making({ owner, onClose }: { owner: Owner; onClose: () => void }) {
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const [hosts, setHosts] = useState('')
  const [chosen, setChosen] = useState<readonly SecretPlace[]>([])
  const set = useMutation(
    trpc.secrets.set.mutationOptions({
      // What was asked is not kept here: the value is in it.
      gcTime: 0,
      async onSuccess(secret) {
        await changed()
        onClose()
        showToast({ title: t`Secret saved`, words: t`Workspaces that are running see ${secret.name} after a restart.` })
      },
    }),
  )
  return (
    <SecretForm
      title={t`New secret`}
      words={t`Nobody can read the value again. A secret of the same name is replaced. A running workspace sees a new name after a restart.`}
      state={set}
      isWhole={name !== '' && value !== '' && listed(hosts).length > 0}
      end={t`Save secret`}
      fields={['name', 'value', 'hosts']}
      onSubmit={() => set.mutate({ ...owner, name, value, hosts: listed(hosts), places: [...chosen] })}
      onClose={onClose}
    >
      <Field.Root invalid={problemOf(set.error, 'name') !== null} className="flex flex-col gap-1.5">
        <Field.Label className="text-sm font-medium">
          <Trans>Name</Trans>
        </Field.Label>
        <Field.Control
          className={`${inputClass} font-mono`}
          value={name}
          onValueChange={(text) => setName(text.toUpperCase())}
          placeholder="OPENAI_API_KEY"
          autoComplete="off"
          spellCheck={false}
          maxLength={64}
        />
        <FieldProblem>{problemOf(set.error, 'name')}</FieldProblem>
      </Field.Root>
      <Field.Root invalid={problemOf(set.error, 'value') !== null} className="flex flex-col gap-1.5">
        <Field.Label className="text-sm font-medium">
          <Trans>Value</Trans>
        </Field.Label>
        <Field.Control
          className={`${inputClass} font-mono`}
          type="password"
          value={value}
          onValueChange={setValue}
          autoComplete="new-password"
          maxLength={4096}
        />
        <FieldProblem>{problemOf(set.error, 'value')}</FieldProblem>
      </Field.Root>
      <Grants
        hosts={hosts}
        onHosts={setHosts}
        problem={problemOf(set.error, 'hosts')}
        chosen={chosen}
        onChosen={setChosen}
      />
    </SecretForm>
  )
}

/** Another grant for the value that is kept: nobody has to know it for that. */
function Granting({ secret, onClose }: { secret: SecretView; onClose: () => void }) {
  const [hosts, setHosts] = useState(secret.hosts.join(' '))
  const [chosen, setChosen] = useState<readonly SecretPlace[]>(secret.places)
  const grant = useMutation(
    trpc.secrets.grants.mutationOptions({
      async onSuccess() {
        await changed()
        onClose()
        offerUndo(t`Hosts of ${secret.name} saved`, t`Undo`, () =>
          perform(trpc.secrets.grants.mutationOptions({ onSuccess: changed }), {
            id: secret.id,
            hosts: [...secret.hosts],
            places: [...secret.places],
          }),
        )
      },
    }),
  )
  return (
    <SecretForm
      title={t`Hosts of ${secret.name}`}
      words={t`The value is not changed. The new hosts apply from the next request on.`}
      state={grant}
      isWhole={listed(hosts).length > 0}
      end={t`Save`}
      fields={['hosts']}
      onSubmit={() => grant.mutate({ id: secret.id, hosts: listed(hosts), places: [...chosen] })}
      onClose={onClose}
    >
      <Grants
        hosts={hosts}
        onHosts={setHosts}
        problem={problemOf(grant.error, 'hosts')}
        chosen={chosen}
        onChosen={setChosen}
      />
    </SecretForm>
  )
}

interface SecretFormProps {
  title: string
  words: string
  state: { readonly error: unknown; readonly isPending: boolean }
  /** Whether there is enough in it to be sent. */
  isWhole: boolean
  end: string
  /** Those that show themselves what is wrong with them. */
  fields: readonly string[]
  onSubmit: () => void
  onClose: () => void
  children: ReactNode
}

/** Gone at once; back with the server's reason, and what was typed, where it refuses. */
function SecretForm({ title, words, state, isWhole, end, fields, onSubmit, onClose, children }: SecretFormProps) {
  const problem = problemBeside(state.error, fields)
  return (
    <Modal open={!state.isPending} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit()
        }}
      >
        <Dialog.Title className="text-lg font-semibold break-all">{title}</Dialog.Title>
        <Dialog.Description className="-mt-2 text-sm text-ink-soft">{words}</Dialog.Description>
        {children}
        {problem !== null && (
          <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm break-words text-bad">
            {problem}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button tone="ghost" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button tone="primary" type="submit" disabled={!isWhole}>
            {end}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function Grants({
  hosts,
  onHosts,
  problem,
  chosen,
  onChosen,
}: {
  hosts: string
  onHosts: (hosts: string) => void
  problem: string | null
  chosen: readonly SecretPlace[]
  onChosen: (chosen: readonly SecretPlace[]) => void
}) {
  return (
    <>
      <Field.Root invalid={problem !== null} className="flex flex-col gap-1.5">
        <Field.Label className="text-sm font-medium">
          <Trans>Allowed hosts</Trans>
        </Field.Label>
        <Field.Control
          className={`${inputClass} font-mono`}
          value={hosts}
          onValueChange={onHosts}
          placeholder="api.openai.com"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
        <Field.Description className="text-sm text-ink-soft">
          <Trans>
            It is sent to these hosts only, and over HTTPS only. Separate them with spaces; *.example.com stands for all
            below it.
          </Trans>
        </Field.Description>
        <FieldProblem>{problem}</FieldProblem>
      </Field.Root>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1.5 text-sm font-medium">
          <Trans>In which part of a request</Trans>
        </legend>
        <div className="flex flex-wrap gap-x-4 gap-y-2 text-sm">
          {places.map(([place, words]) => (
            <label key={place} className="flex items-center gap-2">
              <input
                type="checkbox"
                className="accent-accent"
                checked={chosen.includes(place)}
                onChange={() =>
                  onChosen(chosen.includes(place) ? chosen.filter((each) => each !== place) : [...chosen, place])
                }
              />{' '}
              {i18n._(words)}
            </label>
          ))}
        </div>
        <span className="text-sm text-ink-soft">
          <Trans>If you choose none, it may be sent in any part.</Trans>
        </span>
      </fieldset>
    </>
  )
}
