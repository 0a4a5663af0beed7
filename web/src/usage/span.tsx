import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Download } from 'lucide-react'
import { host } from '../host/host.ts'
import { buttonClass } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'

export const spans = [7, 30, 90, 365] as const
export type SpanDays = (typeof spans)[number]

export function SpanChoice({ days, onChange }: { days: SpanDays; onChange: (days: SpanDays) => void }) {
  return (
    <select
      aria-label={t`Days`}
      className={`${inputClass} !h-9 !w-auto`}
      value={days}
      onChange={({ target: { value } }) => onChange(spans.find((each) => String(each) === value) ?? 30)}
    >
      {spans.map((each) => (
        <option key={each} value={each}>
          {t`Last ${each} days`}
        </option>
      ))}
    </select>
  )
}

export function ExportLink({ path }: { path: string }) {
  return (
    <a href={`${host.server()}${path}`} download className={buttonClass()}>
      <Download size={15} aria-hidden /> <Trans>Export as CSV</Trans>
    </a>
  )
}
