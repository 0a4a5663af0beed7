import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from './button.tsx'

/** A secret that is shown this once, with a button that copies it, and one that closes the dialog it stands in. */
export function ShownOnce({ label, text, onClose }: { label: string; text: string; onClose: () => void }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <>
      <div className="flex items-center gap-2 rounded-lg border border-line bg-sunken py-1.5 pl-3 pr-1.5">
        <code aria-label={label} className="min-w-0 flex-1 break-all text-sm">
          {text}
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
    </>
  )
}
