import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Megaphone } from 'lucide-react'
import { useState } from 'react'
import type { Announcement } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Ago } from '../interface/time.tsx'
import { offerUndo, showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { pendingId, optimistically, isPending, perform, useOptimistic } from '../server/optimistic.ts'

const listChanged = () => queryClient.invalidateQueries({ queryKey: trpc.announcements.current.queryKey() })
const after = { onSuccess: listChanged, onError: (error: unknown) => showError(refusalOf(error).message) }

type List = readonly Announcement[]
const hoursMs = 3_600_000
const optimistic = [
  optimistically(trpc.announcements.announce, (list: List, { text, tone = 'info', hours = null }) => [
    {
      id: pendingId<Announcement['id']>(text),
      text,
      tone,
      createdAt: new Date().toISOString(),
      endsAt: hours === null ? null : new Date(Date.now() + hours * hoursMs).toISOString(),
    },
    ...list,
  ]),
  optimistically(trpc.announcements.end, (list: List, { id }) => list.filter((announcement) => announcement.id !== id)),
]

/** Telling everybody on the server something, for a time. */
export function AnnouncementsDesk() {
  const { data: known } = useQuery(trpc.announcements.current.queryOptions())
  const data = useOptimistic(known, optimistic)
  const [text, setText] = useState('')
  const [tone, setTone] = useState<'info' | 'warning'>('info')
  const [hours, setHours] = useState(24)
  const announce = useMutation(trpc.announcements.announce.mutationOptions(after))
  const end = useMutation(
    trpc.announcements.end.mutationOptions({
      ...after,
      onMutate: ({ id }) => known?.find((announcement) => announcement.id === id),
      async onSuccess(_ended, _asked, before) {
        await listChanged()
        if (before === undefined) return
        offerUndo(t`It is not announced any more`, t`Undo`, () => {
          const hours =
            before.endsAt === null ? null : Math.max(1, Math.round((Date.parse(before.endsAt) - Date.now()) / hoursMs))
          return perform(trpc.announcements.announce.mutationOptions({ onSuccess: listChanged }), {
            text: before.text,
            tone: before.tone,
            hours,
          })
        })
      },
    }),
  )
  return (
    <>
      <form
        className="mb-6 flex flex-col gap-3 rounded-card border border-line bg-surface p-4"
        onSubmit={(event) => {
          event.preventDefault()
          setText('')
          announce.mutate(
            { text, tone, hours: hours === 0 ? null : hours },
            { onError: () => setText((since) => (since === '' ? text : since)) },
          )
        }}
      >
        <label className="flex flex-col gap-1 text-sm">
          <Trans>Message to everyone</Trans>
          <textarea
            className={`${inputClass} !h-20 py-2`}
            value={text}
            onChange={(event) => setText(event.target.value)}
            maxLength={500}
            required
            placeholder={t`On Friday at 18:00 the server is updated; workspaces stop for some minutes.`}
          />
        </label>
        <div className="flex flex-wrap items-end gap-3">
          <label className="flex flex-col gap-1 text-sm">
            <Trans>As</Trans>
            <select
              className={`${inputClass} !h-9 !w-36`}
              value={tone}
              onChange={(event) => setTone(event.target.value === 'warning' ? 'warning' : 'info')}
            >
              <option value="info">
                <Trans>information</Trans>
              </option>
              <option value="warning">
                <Trans>warning</Trans>
              </option>
            </select>
          </label>
          <label className="flex flex-col gap-1 text-sm">
            <Trans>For</Trans>
            <select
              className={`${inputClass} !h-9 !w-36`}
              value={hours}
              onChange={(event) => setHours(Number(event.target.value))}
            >
              <option value={1}>
                <Trans>an hour</Trans>
              </option>
              <option value={24}>
                <Trans>a day</Trans>
              </option>
              <option value={168}>
                <Trans>a week</Trans>
              </option>
              <option value={0}>
                <Trans>until ended</Trans>
              </option>
            </select>
          </label>
          <Button tone="primary" type="submit" disabled={text.trim() === ''} className="ml-auto">
            <Megaphone size={16} aria-hidden /> <Trans>Announce</Trans>
          </Button>
        </div>
      </form>
      {data === undefined ? (
        <div aria-busy className="skeleton h-16 w-full" />
      ) : data.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-6 text-center text-ink-soft">
          <Trans>Nothing is announced.</Trans>
        </p>
      ) : (
        <ul
          aria-label={t`Current announcements`}
          className="divide-y divide-line rounded-card border border-line bg-surface"
        >
          {data.map((announcement) => (
            <li key={announcement.id} className="flex flex-wrap items-center gap-3 px-4 py-3">
              <div className="min-w-0 flex-1 basis-60">
                <div className="break-words whitespace-pre-line">{announcement.text}</div>
                <div className="text-sm text-ink-soft">
                  {announcement.tone === 'warning' ? t`warning` : t`information`} ·{' '}
                  <Trans>
                    since <Ago at={announcement.createdAt} />
                  </Trans>{' '}
                  ·{' '}
                  {announcement.endsAt === null
                    ? t`until ended`
                    : t`until ${new Date(announcement.endsAt).toLocaleString()}`}
                </div>
              </div>
              <Button
                onClick={() => end.mutate({ id: announcement.id })}
                disabled={isPending(announcement)}
                busy={end.isPending && end.variables.id === announcement.id}
              >
                <Trans>End</Trans>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
