import { z } from 'zod'
import { PublishedWorkflow } from './schema.ts'

/** Where editors find it. */
export const schemaPath = '/schemas/workflow.json'

/** A workflow as JSON Schema, so that editors complete and check it; where a value is wanted, an expression may stand too. */
export const workflowJsonSchema = (): Readonly<Record<string, unknown>> => ({
  title: 'arcx workflow',
  ...z.toJSONSchema(PublishedWorkflow, {
    io: 'input',
    target: 'draft-7',
    override({ jsonSchema }) {
      // A key that is left out has its default.
      if (jsonSchema.default !== undefined && jsonSchema.type === 'object') delete jsonSchema.default
    },
  }),
})
