import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Command } from '@commander-js/extra-typings'
import type { Workflow, WorkflowRun, WorkflowRunDetails, WorkflowRunState } from '@arcx/router'
import { confirmByName, force, yes } from '../confirm.ts'
import { Failure, exitCodes, failureOf } from '../failure.ts'
import { ago, table } from '../output/output.ts'
import type { Output } from '../output/output.ts'
import type { Server } from '../server/server.ts'
import type { Session, Sessions } from '../session.ts'
import { teamNamed } from '../team.ts'

const teamOption = ['--team <name>', 'of this team; without it, yours'] as const
const numberArgument = ['[number]', 'the run; without it, the latest'] as const

const colours: Readonly<Record<WorkflowRunState, 'green' | 'yellow' | 'red' | 'gray'>> = {
  unapproved: 'yellow',
  queued: 'gray',
  running: 'yellow',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'gray',
}

interface OfTeam {
  readonly team?: string | undefined
}

export function addWorkflowCommands(program: Command, sessions: Sessions): void {
  const workflows = program.command('workflow').description('What runs by itself: workflows and their runs.')

  workflows
    .command('ls', { isDefault: true })
    .description('List workflows with their latest run.')
    .option(...teamOption)
    .action(async (options, command) => {
      const session = sessions.of(command)
      const { output } = session
      const all = await listed(await session.server(), options)
      output.result(
        all,
        all.length === 0
          ? 'There are no workflows. Make one with: arcx workflow save FILE'
          : table(
              ['NAME', 'VERSION', 'STARTED BY', 'NEXT', 'LAST RUN'],
              all.map(({ name, version, triggers, nextAt, lastRun }) => [
                name,
                String(version),
                triggers.join(','),
                nextAt ?? '-',
                lastRun === null ? '-' : `#${lastRun.number} ${output.paint(colours[lastRun.state], lastRun.state)}`,
              ]),
            ),
      )
    })

  workflows
    .command('save')
    .description('Make a workflow of a file, or another version of the one that it names.')
    .argument('<file>', 'YAML; - for standard input')
    .option(...teamOption)
    .action(async (file, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const source = file === '-' ? await text(process.stdin) : await readWorkflowFile(file)
      const teamId = await teamOf(server, options)
      const name = /^name:\s*(?<name>.+?)\s*$/m.exec(source)?.groups?.['name']?.replace(/^(['"])(.*)\1$/, '$2')
      const known = (await server.api.workflows.list.query({ teamId })).find((each) => isCalled(each, name ?? ''))
      const { workflow, problems } = await server.api.workflows.save.mutate({
        teamId,
        workflowId: known?.id ?? null,
        source,
      })
      if (problems !== null)
        throw new Failure(
          problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'),
          'workflow_invalid',
          exitCodes.refused,
        )
      session.output.result(workflow, `${workflow.name} is saved as version ${workflow.version}.`)
    })

  workflows
    .command('show')
    .description('Print a workflow’s source.')
    .argument('<name>')
    .option(...teamOption)
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { id } = await workflowNamed(server, options, name)
      const details = await server.api.workflows.get.query({ workflowId: id })
      session.output.result(details, details.source.trimEnd())
    })

  workflows
    .command('run')
    .description('Start a workflow.')
    .argument('<name>')
    .option('-i, --input <name=value...>', 'what it asks for')
    .option('-f, --follow', 'show its log, and end as it ends')
    .option(...teamOption)
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { id } = await workflowNamed(server, options, name)
      const run = await server.api.workflows.run.mutate({ workflowId: id, inputs: inputsFrom(options.input ?? []) })
      if (options.follow !== true)
        return session.output.result(
          run,
          `${name} #${run.number} has started. Follow it with: arcx workflow logs -f ${quoted(name)} ${run.number}${ofTeam(options)}`,
        )
      await follow(session, server, run)
      requireSuccess(name, await server.api.workflows.runOf.query({ runId: run.id }))
    })

  workflows
    .command('runs')
    .description('List a workflow’s runs, the latest first.')
    .argument('<name>')
    .option(...teamOption)
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const { output } = session
      const server = await session.server()
      const { id } = await workflowNamed(server, options, name)
      const runs = await server.api.workflows.runs.query({ workflowId: id })
      output.result(
        runs,
        runs.length === 0
          ? `${name} has not run yet. Start it with: arcx workflow run ${quoted(name)}${ofTeam(options)}`
          : table(
              ['RUN', 'STATE', 'STARTED BY', 'BEGAN', 'VERSION'],
              runs.map((run) => [
                `#${run.number}`,
                output.paint(colours[run.state], run.stopping && run.endedAt === null ? 'stopping' : run.state),
                run.trigger,
                ago(run.createdAt),
                String(run.version),
              ]),
            ),
      )
    })

  workflows
    .command('status')
    .description('Show a run with its jobs and steps.')
    .argument('<name>')
    .argument(...numberArgument)
    .option(...teamOption)
    .action(async (name, number, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const run = await runOf(server, options, name, number)
      const details = await server.api.workflows.runOf.query({ runId: run.id })
      session.output.result(details, `${spoken(session.output, details)}${nextOf(details, options)}`)
    })

  workflows
    .command('logs')
    .description('Show what the steps of a run have put out.')
    .argument('<name>')
    .argument(...numberArgument)
    .option('-f, --follow', 'go on until the run has ended')
    .option(...teamOption)
    .action(async (name, number, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const run = await runOf(server, options, name, number)
      await follow(session, server, run, options.follow === true)
    })

  workflows
    .command('cancel')
    .description('Cancel a run: what runs is ended, and clean-up still runs.')
    .argument('<name>')
    .argument(...numberArgument)
    .option(...teamOption)
    .action(async (name, number, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const run = await runOf(server, options, name, number)
      await server.api.workflows.cancel.mutate({ runId: run.id })
      session.output.result({ id: run.id, number: run.number }, `${name} #${run.number} is cancelled.`)
    })

  workflows
    .command('approve')
    .description('Approve what a run waits for.')
    .argument('<name>')
    .argument(...numberArgument)
    .option('--decline', 'say no: the step fails')
    .option(...teamOption)
    .action(async (name, number, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const run = await runOf(server, options, name, number)
      await server.api.workflows.approve.mutate({ runId: run.id, accept: options.decline !== true })
      session.output.result(
        { id: run.id, number: run.number },
        `${name} #${run.number} is ${options.decline === true ? 'declined' : 'approved'}.`,
      )
    })

  workflows
    .command('rerun')
    .description('Run once more, from the first step that did not succeed.')
    .argument('<name>')
    .argument(...numberArgument)
    .option(...teamOption)
    .action(async (name, number, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const run = await runOf(server, options, name, number)
      const again = await server.api.workflows.rerun.mutate({ runId: run.id })
      session.output.result(again, `${name} #${again.number} goes on with what #${run.number} left.`)
    })

  workflows
    .command('hook')
    .description('Make the secret by which an HTTP request starts a workflow; the one before ends.')
    .argument('<name>')
    .option(...teamOption)
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { id } = await workflowNamed(server, options, name)
      const hook = await server.api.workflows.renewHook.mutate({ workflowId: id })
      session.output.result(hook, `curl -X POST ${hook.url} -H 'Authorization: Bearer ${hook.secret}'`)
    })

  workflows
    .command('rm')
    .description('Delete a workflow with its runs; what runs of it ends.')
    .argument('<name>')
    .option(...yes)
    .addOption(force())
    .option(...teamOption)
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { id } = await workflowNamed(server, options, name)
      if (options.yes !== true) await confirmByName(name, `the workflow ${name} with its runs`)
      await server.api.workflows.remove.mutate({ workflowId: id })
      session.output.result({ id, name }, `${name} is deleted.`)
    })
}

const quoted = (text: string): string => (/^[\w-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`)
const ofTeam = ({ team }: OfTeam): string => (team === undefined ? '' : ` --team ${quoted(team)}`)

/** How what a run waits for is approved. */
function nextOf({ workflowName, number, state, jobs }: WorkflowRunDetails, options: OfTeam): string {
  const waits = state === 'unapproved' || jobs.some(({ steps }) => steps.some(({ question }) => question !== null))
  return waits ? `\nApprove it with: arcx workflow approve ${quoted(workflowName)} ${number}${ofTeam(options)}` : ''
}

async function readWorkflowFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') throw new Failure(`There is no file ${file}.`, 'file_not_found', exitCodes.notFound)
    if (code === 'EISDIR')
      throw new Failure(`${file} is a folder. Name a file in it.`, 'file_not_found', exitCodes.notFound)
    throw error
  }
}

const isCalled = (workflow: Workflow, name: string): boolean => workflow.name.toLowerCase() === name.toLowerCase()
const teamOf = async (server: Server, { team }: OfTeam) => (team === undefined ? null : teamNamed(server, team))
const listed = async (server: Server, options: OfTeam) =>
  server.api.workflows.list.query({ teamId: await teamOf(server, options) })

async function workflowNamed(server: Server, options: OfTeam, name: string): Promise<Workflow> {
  const found = (await listed(server, options)).find((each) => isCalled(each, name))
  if (found !== undefined) return found
  throw new Failure(
    `No such workflow: ${name}. List them with: arcx workflow ls${ofTeam(options)}`,
    'workflow_not_found',
    exitCodes.notFound,
  )
}

async function runOf(server: Server, options: OfTeam, name: string, number: string | undefined): Promise<WorkflowRun> {
  const { id } = await workflowNamed(server, options, name)
  const runs = await server.api.workflows.runs.query({ workflowId: id })
  const found = number === undefined ? runs[0] : runs.find((run) => String(run.number) === number.replace(/^#/, ''))
  if (found !== undefined) return found
  throw new Failure(
    number === undefined
      ? `${name} has not run yet. Start it with: arcx workflow run ${quoted(name)}${ofTeam(options)}`
      : `No such run: ${number}. List them with: arcx workflow runs ${quoted(name)}${ofTeam(options)}`,
    'workflow_run_not_found',
    exitCodes.notFound,
  )
}

function inputsFrom(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((each) => {
      const sign = each.indexOf('=')
      if (sign < 1) throw new Failure(`“${each}” is not NAME=VALUE.`, 'usage', exitCodes.usage)
      return [each.slice(0, sign), each.slice(sign + 1)]
    }),
  )
}

/** What the run puts out, until it ends; without `isLive` what there is. */
async function follow({ output }: Session, server: Server, run: WorkflowRun, isLive = true): Promise<void> {
  const live = server.live()
  try {
    await new Promise<void>((resolve, reject) => {
      let idle: NodeJS.Timeout | undefined
      const wait = () => {
        clearTimeout(idle)
        if (!isLive && run.endedAt === null) idle = setTimeout(resolve, 1500)
      }
      live.api.workflows.logs.subscribe(
        { runId: run.id },
        {
          onStarted: wait,
          onData({ data }) {
            output.item(data, data.text.replace(/\n$/, ''))
            wait()
          },
          onError: (error) => reject(failureOf(error)),
          onComplete: resolve,
        },
      )
    })
  } finally {
    live.close()
  }
}

function requireSuccess(name: string, { number, state, jobs }: WorkflowRunDetails): void {
  if (state === 'succeeded') return
  const why = jobs.flatMap(({ steps }) => steps).find((step) => step.state === 'failed')
  throw new Failure(
    `${name} #${number} is ${state}${why === undefined ? '' : `: ${why.name}: ${why.reason ?? ''}`}`,
    'workflow_failed',
    exitCodes.failed,
  )
}

function spoken(output: Output, run: WorkflowRunDetails): string {
  const jobs = run.jobs.flatMap((job) => [
    `${job.title}: ${job.state}${job.reason === null ? '' : ` (${job.reason})`}`,
    ...job.steps.map(
      (step) =>
        `  ${step.state.padEnd(10)} ${step.name}${step.question === null ? '' : ` — ${step.question}`}${step.reason === null ? '' : ` (${step.reason})`}`,
    ),
  ])
  return [
    `${run.workflowName} #${run.number}: ${output.paint(colours[run.state], run.state)}${run.reason === null ? '' : ` (${run.reason})`}`,
    ...jobs,
  ].join('\n')
}
