import { Field } from '@base-ui/react/field'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { host } from '../host/host.ts'
import { inputClass } from '../interface/dialog.ts'
import type { Refusal } from '../server/error.ts'
import { canBeName } from './name.ts'

/** A name with what is wrong with it, and a free one at a click. `proposed`: what it is where nothing is typed. */
export function NameField({
  name,
  proposed = '',
  onName,
  refusal,
  label,
  hint,
}: {
  name: string
  proposed?: string
  onName: (name: string) => void
  refusal: Refusal | null
  label: string
  hint?: ReactNode
}) {
  const suggestion = refusal?.suggestion ?? null
  const shown = name.trim() === '' ? proposed : name.trim()
  const isBad = shown !== '' && !canBeName(shown)
  return (
    <Field.Root invalid={refusal !== null || isBad} className="flex flex-col gap-1.5">
      <Field.Label className="text-sm font-medium">{label}</Field.Label>
      <Field.Control
        className={`${inputClass} font-mono`}
        value={name}
        placeholder={proposed}
        onValueChange={onName}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={60}
        autoFocus={refusal !== null}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Field.Description aria-live="polite" className={`text-sm ${isBad ? 'text-bad' : 'text-ink-soft'}`}>
        {isBad
          ? // What the server says of it is enough.
            refusal === null && (
              <Trans>
                Use 1 to 40 lower-case letters, digits and hyphens. A hyphen cannot be first or last, and there cannot
                be two as the third and fourth characters.
              </Trans>
            )
          : (hint ?? (
              <Trans>
                It becomes the address:{' '}
                <span className="font-mono wrap-anywhere">
                  {shown || t`name`}.{new URL(host.server()).host}
                </span>
              </Trans>
            ))}
      </Field.Description>
      {refusal !== null && (
        <div
          role="alert"
          className="flex flex-wrap items-center gap-2 rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad"
        >
          {refusal.message}
          {suggestion !== null && (
            <button
              type="button"
              className="font-semibold underline underline-offset-2"
              onClick={() => onName(suggestion)}
            >
              <Trans>Use {suggestion}</Trans>
            </button>
          )}
        </div>
      )}
    </Field.Root>
  )
}
