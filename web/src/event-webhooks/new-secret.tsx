import { Dialog } from '@base-ui/react/dialog'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import type { NewEventEndpoint } from '@arcx/router'
import { Button } from '../interface/button.tsx'

/** The secret of an endpoint, this once. */
export function NewSecret({ endpoint, onClose }: { endpoint: NewEventEndpoint; onClose: () => void }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(endpoint.secret)
    setCopied(true)
  }
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
      <div className="flex items-center gap-2 rounded-lg border border-line bg-sunken py-1.5 pl-3 pr-1.5">
        <code aria-label={t`Secret`} className="min-w-0 flex-1 break-all text-sm">
          {endpoint.secret}
        </code>
        <Button autoFocus onClick={() => void copy()}>
          <Copy size={14} aria-hidden /> <span aria-live="polite">{isCopied ? t`Copied` : t`Copy`}</span>
        </Button>
      </div>
      <div className="flex justify-end">
        <Button tone="primary" onClick={onClose}>
          <Trans>Done</Trans>
        </Button>
      </div>
    </div>
  )
}
