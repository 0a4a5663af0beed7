import { Field } from '@base-ui/react/field'

/** What is wrong with a field, below it. */
export function FieldProblem({ children }: { children: string | null }) {
  if (children === null) return null
  return (
    <Field.Error match role="alert" className="text-sm break-words text-bad">
      {children}
    </Field.Error>
  )
}

/** Whoever comes back to a form that was refused finds themselves at what is to be changed. */
export const firstInvalid = (): HTMLElement | null =>
  document.querySelector<HTMLElement>('[role=dialog] [aria-invalid=true]')
