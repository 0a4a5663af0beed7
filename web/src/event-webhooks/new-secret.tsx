import { Dialog } from '@base-ui/react/dialog'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { NewEventEndpoint } from '@arcx/router'
import { ShownOnce } from '../interface/shown-once.tsx'

/** The secret of an endpoint, this once. */
export function NewSecret({ endpoint, onClose }: { endpoint: NewEventEndpoint; onClose: () => void }) {
  return (
    <div className="flex flex-col gap-4">
      <Dialog.Title className="text-lg font-semibold break-words">
        <Trans>The secret of {endpoint.name}</Trans>
      </Dialog.Title>
      <Dialog.Description className="-mt-2 text-sm text-ink-soft">
        {endpoint.formerSecretUntil === null ? (
          <Trans>Copy it now; it is shown only once. What receives the webhook checks each signature with it.</Trans>
        ) : (
          <Trans>
            Copy it now; it is shown only once. Until {new Date(endpoint.formerSecretUntil).toLocaleString()} each
            message is signed with the former secret, too.
          </Trans>
        )}
      </Dialog.Description>
      <ShownOnce label={t`Secret`} text={endpoint.secret} onClose={onClose} />
    </div>
  )
}
