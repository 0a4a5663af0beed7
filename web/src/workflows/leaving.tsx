import { Trans } from '@lingui/react/macro'
import { useBlocker } from '@tanstack/react-router'
import { host } from '../host/host.ts'
import { Button } from '../interface/button.tsx'
import { Modal } from '../interface/modal.tsx'

/** Asks before a page is left on which something is not saved. */
export function AskBeforeLeaving({ unsaved }: { unsaved: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => unsaved && current.pathname !== next.pathname,
    // A window of the desktop app that refuses to close says nothing of it.
    enableBeforeUnload: () => unsaved && host.client === 'web',
    withResolver: true,
  })
  return (
    <Modal open={status === 'blocked'} onClose={() => reset?.()}>
      <h2 className="text-lg font-semibold">
        <Trans>Leave without saving?</Trans>
      </h2>
      <p className="mt-2 text-ink-soft">
        <Trans>What you have changed in this workflow is lost then.</Trans>
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button tone="primary" onClick={() => reset?.()}>
          <Trans>Stay here</Trans>
        </Button>
        <Button onClick={() => proceed?.()}>
          <Trans>Leave</Trans>
        </Button>
      </div>
    </Modal>
  )
}
