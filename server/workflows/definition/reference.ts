import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { functions } from '../expressions/functions.ts'
import { stepKinds, stepWords } from '../steps/kinds.ts'
import type { StepKind } from '../steps/kinds.ts'
import { workflowJsonSchema } from './json-schema.ts'
import { RunStep, jobShape, limits, workflowShape } from './schema.ts'
import { sourceBounds } from './source.ts'
import { InputDefinition, Triggers } from './triggers.ts'
import { z } from 'zod'

export const referenceFile = fileURLToPath(new URL('../../../docs/workflow-reference.md', import.meta.url))

interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly maximum?: number
  readonly minimum?: number
  readonly maxLength?: number
  readonly format?: string
}

const schemaOf = (schema: z.ZodType): Schema => z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as Schema

/** The reference of workflows, made of the schema by which they are read. */
export function renderReference(): string {
  const published = workflowJsonSchema()
  return `# Workflow reference

<!-- Made from the schema by \`npm run docs\`; a test holds it against it. -->

How workflows are used is in [Workflows](workflows.md). Editors complete and check a workflow with the schema that the server has at \`/schemas/workflow.json\` (${String(published['$schema'])}): begin the file with

\`\`\`yaml
# yaml-language-server: $schema=https://YOUR-SERVER/schemas/workflow.json
\`\`\`

A source has at most ${sourceBounds.letters} characters, is at most ${sourceBounds.depth} levels deep, and has no aliases. A workflow has at most ${limits.jobs} jobs of ${limits.steps} steps, and with its matrices ${limits.runJobs} jobs and ${limits.runSteps} steps.

## The workflow

${table(schemaOf(z.strictObject(workflowShape)))}
| \`jobs\` (required) | keys | Jobs, by their names. |

## on

${table(schemaOf(Triggers))}

${sectionsOf(schemaOf(Triggers), 'on', '###')}

### on.workflow_dispatch.inputs.NAME

${(schemaOf(InputDefinition) as { readonly oneOf?: readonly Schema[] }).oneOf?.map((each) => table(each)).join('\n\n') ?? ''}

## jobs.NAME

${table(schemaOf(z.strictObject(jobShape)))}
| \`steps\` (required) | list | What it does, one after another. |

## Steps

### run

${table(schemaOf(RunStep))}

What a script writes into the file \`$ARCX_OUTPUT\`, as lines \`NAME=VALUE\`, or \`NAME<<END\`, lines and \`END\`, later steps find as \`steps.ID.outputs.NAME\`.

${(Object.keys(stepKinds) as StepKind[]).map(stepSection).join('\n\n')}

## Expressions

\`\${{ … }}\` stands in values of \`env\`, \`with\`, \`workspace\`, \`working-directory\`, \`outputs\` and \`concurrency.group\`; in an \`if\` the signs may be left out. None stands in \`run\`.

| | |
| --- | --- |
| values | \`'text'\` (a quote in it is written twice), \`1\`, \`true\`, \`false\`, \`null\` |
| operators | \`!\`, \`<\`, \`<=\`, \`>\`, \`>=\`, \`==\`, \`!=\`, \`&&\`, \`\\|\\|\`, \`( )\`; texts are compared exactly, and a text and a number are never equal |
| members | \`inputs.name\`, \`steps['my-step'].outputs.a\`, \`event.list[0]\`; what is not there is \`null\` |
| \`inputs\` | what a person was asked for |
| \`event\` | what started the run; \`event.name\` says which kind it was |
| \`run\` | \`id\`, \`number\`, \`trigger\`, \`workflow\` |
| \`env\` | of the workflow and the job |
| \`matrix\` | the values of this combination |
| \`needs.JOB\` | \`result\` and \`outputs\` |
| \`steps.ID\` | \`result\`, \`outputs\`, \`reason\` |

| function | values |
| --- | --- |
${[...functions]
  .map(
    ([
      name,
      {
        takes: [least, most],
      },
    ]) => `| \`${name}()\` | ${least === most ? least : `${least} to ${most}`} |`,
  )
  .join('\n')}
`
}

function stepSection(kind: StepKind): string {
  const schema = schemaOf(stepKinds[kind])
  return `### uses: ${kind}

${stepWords[kind]}

${table(schema)}`
}

const head = '| key | value | |\n| --- | --- | --- |'

function table({ properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const needed = required.includes(name) ? ' (required)' : ''
    const usual =
      schema.default === undefined || (typeof schema.default === 'object' && !Array.isArray(schema.default))
        ? ''
        : ` Default: \`${String(schema.default)}\`.`
    return `| \`${name}\`${needed} | ${valueOf(schema)} | ${(schema.description ?? '').replaceAll('|', '\\|')}${usual} |`
  })
  return [head, ...rows].join('\n')
}

function sectionsOf({ properties = {} }: Schema, path: string, mark: string): string {
  return Object.entries(properties)
    .flatMap(([name, schema]) => {
      const inner = schema.type === 'array' ? schema.items : schema
      if (inner?.properties === undefined || Object.keys(inner.properties).length === 0) return []
      return [`${mark} ${path}.${name}\n\n${table(inner)}`]
    })
    .join('\n\n')
}

function valueOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${String(each)}\``).join(', ')
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(valueOf))].join(' or ')
  if (schema.type === 'array') return schema.items?.enum === undefined ? 'list' : `list of ${valueOf(schema.items)}`
  if (schema.type === 'object') return 'keys'
  if (schema.type === 'string') return schema.format === 'date-time' ? 'time' : 'text'
  if (schema.type === 'integer' || schema.type === 'number')
    return schema.maximum === undefined ? 'number' : `number, at most ${schema.maximum}`
  return schema.type === 'boolean' ? '`true` or `false`' : 'any'
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(referenceFile, renderReference())
