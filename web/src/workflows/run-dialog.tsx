import { Dialog } from '@base-ui/react/dialog'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Workflow, WorkflowInput } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { backdropClass, dialogClass, inputClass } from '../interface/dialog.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'

/** Asks for what a workflow wants to know, and starts it. */
export function RunDialog({ workflow, onClose }: { workflow: Workflow; onClose: () => void }) {
  const navigate = useNavigate()
  const [values, setValues] = useState<Readonly<Record<string, string>>>(
    Object.fromEntries(workflow.inputs.map((input) => [input.name, String(input.default ?? '')])),
  )
  const run = useMutation(
    trpc.workflows.run.mutationOptions({
      onSuccess: ({ id }) => navigate({ to: '/workflows/$id/runs/$run', params: { id: workflow.id, run: id } }),
    }),
  )
  return (
    <Dialog.Root open onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropClass} />
        <Dialog.Popup className={dialogClass}>
          <form
            className="flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault()
              run.mutate({ workflowId: workflow.id, inputs: values })
            }}
          >
            <Dialog.Title className="text-lg font-semibold break-words">{t`Run ${workflow.name}`}</Dialog.Title>
            {workflow.inputs.map((input) => (
              <label key={input.name} className="flex flex-col gap-1.5 text-sm">
                <span>
                  {input.description ?? input.name}
                  {input.required && <span className="text-ink-soft"> ({t`required`})</span>}
                </span>
                <Field
                  input={input}
                  value={values[input.name] ?? ''}
                  onChange={(value) => setValues({ ...values, [input.name]: value })}
                />
              </label>
            ))}
            {run.error !== null && (
              <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
                {refusalOf(run.error).message}
              </p>
            )}
            <div className="flex justify-end gap-2">
              <Button tone="ghost" onClick={onClose}>
                <Trans>Cancel</Trans>
              </Button>
              <Button tone="primary" type="submit" busy={run.isPending}>
                <Trans>Run</Trans>
              </Button>
            </div>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Field({ input, value, onChange }: { input: WorkflowInput; value: string; onChange: (value: string) => void }) {
  const options = input.type === 'boolean' ? ['true', 'false'] : input.options
  if (input.type === 'boolean' || input.type === 'choice')
    return (
      <select
        className={inputClass}
        value={value}
        required={input.required}
        onChange={({ target }) => onChange(target.value)}
      >
        {value === '' && <option value="" />}
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    )
  return (
    <input
      className={inputClass}
      value={value}
      required={input.required}
      inputMode={input.type === 'number' ? 'decimal' : 'text'}
      onChange={({ target }) => onChange(target.value)}
    />
  )
}
