import { t } from '@lingui/core/macro'
import { Copy } from 'lucide-react'
import { useState } from 'react'

/** A command that is to be copied into a terminal. */
export function CommandLine({ children, label }: { children: string; label: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <div className="flex items-start gap-2 rounded-lg border border-line bg-sunken py-1 pl-3 pr-1">
      <code aria-label={label} translate="no" className="min-w-0 flex-1 py-1 text-sm wrap-anywhere">
        {children}
      </code>
      <button
        type="button"
        aria-label={copied ? t`Copied` : t`Copy: ${label}`}
        className="flex shrink-0 items-center gap-1.5 rounded-md px-2 py-1 text-sm text-ink-soft hover:bg-raised hover:text-ink"
        onClick={() => void navigator.clipboard.writeText(children).then(() => setCopied(true))}
      >
        <Copy size={14} aria-hidden /> <span aria-live="polite">{copied ? t`Copied` : t`Copy`}</span>
      </button>
    </div>
  )
}
