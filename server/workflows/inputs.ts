import { errors } from '@arcx/router'
import type { Workflow } from './definition/schema.ts'
import type { InputDefinition } from './definition/triggers.ts'
import type { ValueMap } from './expressions/value.ts'
import { suggestion } from './definition/nearest.ts'

const longestText = 4000

/** What a person gave, with what they left out. @throws `workflow_input_invalid`. */
export function inputsFrom({ on }: Workflow, given: Readonly<Record<string, unknown>>): ValueMap {
  const known = on.workflow_dispatch?.inputs ?? {}
  for (const name of Object.keys(given))
    if (!Object.hasOwn(known, name))
      throw errors.workflowInputInvalid(
        name,
        `is not known. ${suggestion(name, Object.keys(known))}`.replace(/\.$/, '').trim(),
      )
  return Object.fromEntries(Object.entries(known).map(([name, input]) => [name, valueOf(name, input, given[name])]))
}

/** What runs that nobody starts have. */
export const usualInputs = ({ on }: Workflow): ValueMap =>
  Object.fromEntries(
    Object.entries(on.workflow_dispatch?.inputs ?? {}).map(([name, input]) => [name, input.default ?? null]),
  )

function valueOf(name: string, input: InputDefinition, given: unknown): string | number | boolean | null {
  if (given === undefined || given === null || given === '') {
    if (input.default !== undefined) return input.default
    if (input.required) throw errors.workflowInputInvalid(name, 'is missing')
    return null
  }
  const text = String(given)
  switch (input.type) {
    case 'string':
      if (typeof given === 'object' || text.length > longestText)
        throw errors.workflowInputInvalid(name, `is no text of at most ${longestText} characters`)
      return text
    case 'number':
      if (!Number.isFinite(Number(text)))
        throw errors.workflowInputInvalid(name, `is “${text.slice(0, 40)}”, and no number`)
      return Number(text)
    case 'boolean':
      if (text !== 'true' && text !== 'false')
        throw errors.workflowInputInvalid(name, `is “${text.slice(0, 40)}”, and neither true nor false`)
      return text === 'true'
    case 'choice':
      if (!input.options.includes(text))
        throw errors.workflowInputInvalid(name, `is “${text.slice(0, 40)}”, and none of: ${input.options.join(', ')}`)
      return text
  }
}
