import type { Command } from '@commander-js/extra-typings'
import { Option } from '@commander-js/extra-typings'
import type { EventDelivery, EventEndpoint, WebhookEventType, WebhookFormat } from '@arcx/router'
import { confirmByName, force, yes } from '../confirm.ts'
import { Failure, exitCodes } from '../failure.ts'
import { ago, table } from '../output/output.ts'
import type { Sessions } from '../session.ts'
import type { Server } from '../server/server.ts'
import { teamNamed } from '../team.ts'

const team = ['--team <name>', 'a team’s; without it, yours'] as const
const formats = ['plain', 'slack', 'discord'] as const satisfies readonly WebhookFormat[]

export function addWebhookCommands(program: Command, sessions: Sessions): void {
  const webhooks = program.command('webhooks').description('Where other services are told what happens here.')

  webhooks
    .command('ls', { isDefault: true })
    .description('List webhooks.')
    .option(...team)
    .action(async (options, command) => {
      const session = sessions.of(command)
      const all = await endpointsOf(await session.server(), options.team)
      session.output.result(
        all,
        all.length === 0
          ? 'There are no webhooks. Make one with: arcx webhooks add NAME https://… --event workspace.failed'
          : table(
              ['NAME', 'FORMAT', 'IS', 'EVENTS', 'ADDRESS'],
              all.map((each) => [each.name, each.format, conditionOf(each), each.events.join(','), each.url]),
            ),
      )
    })

  webhooks
    .command('add')
    .description('Make a webhook; the secret that signs what it sends is shown this once.')
    .argument('<name>')
    .argument('<url>', 'https://…')
    .requiredOption('--event <event...>', 'such as workspace.failed or member.joined')
    .addOption(new Option('--format <format>', 'what is sent').choices(formats).default('plain' as const))
    .option(...team)
    .action(async (name, url, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const made = await server.api.eventWebhooks.create.mutate({
        teamId: await teamIdOf(server, options.team),
        name,
        url,
        format: options.format,
        // The server knows which there are, and names them.
        events: options.event as WebhookEventType[],
      })
      session.output.note(`${name} is made. Its secret, shown this once:`)
      session.output.result(made, made.secret)
    })

  webhooks
    .command('rm')
    .description('Delete a webhook, with the record of its deliveries.')
    .argument('<name>')
    .option(...yes)
    .addOption(force())
    .option(...team)
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { id } = await endpointNamed(server, options.team, name)
      if (options.yes !== true) await confirmByName(name, `the webhook ${name}`)
      await server.api.eventWebhooks.remove.mutate({ id })
      session.output.result({ id, name }, `${name} is deleted.`)
    })

  webhooks
    .command('test')
    .description('Send a test event, which stands for nothing that happened.')
    .argument('<name>')
    .option(...team)
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { id } = await endpointNamed(server, options.team, name)
      const made = await server.api.eventWebhooks.test.mutate({ id })
      session.output.result(made, `A test is on its way. See: arcx webhooks deliveries ${name}${ofTeam(options.team)}`)
    })

  webhooks
    .command('deliveries')
    .description('What was sent to a webhook, newest first, and what came of it.')
    .argument('<name>')
    .addOption(
      new Option('--state <state>', 'those alone that stand so').choices(['waiting', 'delivered', 'failed'] as const),
    )
    .option(...team)
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { id } = await endpointNamed(server, options.team, name)
      const all = await server.api.eventWebhooks.deliveries.query({ id, state: options.state ?? null })
      session.output.result(
        all,
        all.length === 0
          ? 'Nothing has been sent.'
          : table(['EVENT', 'STATE', 'ATTEMPTS', 'STORED', 'CAME OF IT', 'ID'], all.map(rowOf)),
      )
    })

  webhooks
    .command('resend')
    .description('Send a delivery again, now.')
    .argument('<delivery>', 'its id, as `arcx webhooks deliveries` shows it')
    .action(async (id, _options, command) => {
      if (!deliveryId.test(id))
        throw new Failure(
          `“${id}” is no id of a delivery. List them with: arcx webhooks deliveries NAME`,
          'usage',
          exitCodes.usage,
        )
      const session = sessions.of(command)
      const server = await session.server()
      await server.api.eventWebhooks.resend.mutate({ id: id as EventDelivery['id'] })
      session.output.result({ id }, 'It is on its way.')
    })
}

const deliveryId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const ofTeam = (name: string | undefined): string => (name === undefined ? '' : ` --team ${name}`)
const teamIdOf = async (server: Server, name: string | undefined) =>
  name === undefined ? null : await teamNamed(server, name)

async function endpointsOf(server: Server, name: string | undefined): Promise<readonly EventEndpoint[]> {
  return server.api.eventWebhooks.list.query({ teamId: await teamIdOf(server, name) })
}

async function endpointNamed(server: Server, ofTeamNamed: string | undefined, name: string): Promise<EventEndpoint> {
  const found = (await endpointsOf(server, ofTeamNamed)).filter((each) => each.name === name || each.id === name)
  const [endpoint] = found
  if (endpoint === undefined)
    throw new Failure(
      `No such webhook: ${name}. List them with: arcx webhooks ls${ofTeam(ofTeamNamed)}`,
      'endpoint_not_found',
      exitCodes.notFound,
    )
  if (found.length > 1)
    throw new Failure(
      `${found.length} webhooks are called ${name}. Name one by its id: ${found.map(({ id }) => id).join(', ')}`,
      'endpoint_ambiguous',
      exitCodes.usage,
    )
  return endpoint
}

function conditionOf({ offBecause, failingSince }: EventEndpoint): string {
  if (offBecause !== null) return 'off'
  return failingSince === null ? 'on' : `failing since ${ago(failingSince)}`
}

const rowOf = ({ event, state, attempts, createdAt, status, error, id }: EventDelivery): string[] => [
  event,
  state,
  String(attempts),
  ago(createdAt),
  error ?? (status === null ? '' : String(status)),
  id,
]
