import type { Command } from '@commander-js/extra-typings'
import open from 'open'
import type { Workspace, WorkspaceState } from '@arcx/router'
import { confirmByName, force, yes } from '../confirm.ts'
import { failureOf } from '../failure.ts'
import { ago, spokenBytes, table } from '../output/output.ts'
import type { Output } from '../output/output.ts'
import type { Sessions } from '../session.ts'
import { teamNamed } from '../team.ts'
import { ensureRunning, findWorkspace, untilState } from '../workspace.ts'

const styles: Readonly<Record<WorkspaceState, 'green' | 'yellow' | 'red' | 'gray'>> = {
  running: 'green',
  creating: 'yellow',
  starting: 'yellow',
  stopping: 'yellow',
  stopped: 'gray',
  failed: 'red',
  deleting: 'red',
}

function diskUse(output: Output, { disk }: Workspace): string {
  // An older server does not measure.
  if (disk === null || disk === undefined) return '-'
  const used = spokenBytes(disk.bytes)
  const said = disk.limitBytes === null ? used : `${used} of ${spokenBytes(disk.limitBytes)}`
  return disk.nearLimit ? output.paint('red', said) : said
}

function reportWorkspace(output: Output, workspace: Workspace, words: string): void {
  output.result(workspace, `${workspace.name} ${words}`)
}

export function addWorkspaceCommands(program: Command, sessions: Sessions): void {
  program
    .command('ls')
    .alias('list')
    .description('List workspaces: yours and your teams’.')
    .option('--team <name>', 'of this team alone')
    .action(async (options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const [all, teams] = await Promise.all([
        server.api.workspaces.list.query(),
        server.api.teams.list.query().catch(() => []),
      ])
      const teamId = options.team === undefined ? null : await teamNamed(server, options.team)
      const shown = teamId === null ? all : all.filter((workspace) => workspace.teamId === teamId)
      const { output } = session
      const rows = shown.map((workspace) => [
        workspace.name,
        output.paint(styles[workspace.state], workspace.state),
        teams.find(({ id }) => id === workspace.teamId)?.name ?? (workspace.teamId === null ? '-' : 'a team'),
        ago(workspace.lastActivityAt),
        diskUse(output, workspace),
        workspace.url,
      ])
      output.result(
        shown,
        shown.length === 0
          ? 'No workspace yet. Make one with: arcx create'
          : table(['NAME', 'STATE', 'TEAM', 'USED', 'DISK', 'ADDRESS'], rows),
      )
    })

  program
    .command('create')
    .description('Create a workspace and wait until it is ready.')
    .argument('[name]', 'lower-case letters, digits and hyphens; without it, a free one is chosen')
    .option('--team <name>', 'the team that it belongs to; without it, you')
    .option('--no-wait', 'return as soon as the server has taken it')
    .action(async (wanted, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const name = wanted ?? (await server.api.workspaces.freeName.query({ wanted: 'my-project' }))
      const teamId = options.team === undefined ? null : await teamNamed(server, options.team)
      const created = await server.api.workspaces.create.mutate({ name, teamId })
      const now = options.wait ? await untilState(server, session.output, created, 'running') : created
      if (now !== null)
        reportWorkspace(session.output, now, options.wait ? `is ready: ${now.url}` : `is being created: ${now.url}`)
    })

  const lifecycleCommands = [
    ['start', 'Start a workspace and wait until it is ready.', 'running', 'is ready'],
    ['stop', 'Stop a workspace; what lies in its home stays.', 'stopped', 'is stopped'],
    ['restart', 'Restart a workspace.', 'running', 'is ready'],
  ] as const
  for (const [operation, description, state, words] of lifecycleCommands) {
    program
      .command(operation)
      .description(description)
      .argument('<workspace...>', 'names')
      .option('--no-wait', 'return as soon as the server has taken it')
      .action(async (names, options, command) => {
        const session = sessions.of(command)
        const server = await session.server()
        for (const name of names) {
          const { id: workspaceId } = await findWorkspace(server, name)
          const taken = await server.api.workspaces[operation].mutate({ workspaceId })
          const now = options.wait ? await untilState(server, session.output, taken, state) : taken
          if (now !== null) reportWorkspace(session.output, now, options.wait ? words : `is ${now.state}`)
        }
      })
  }

  program
    .command('rename')
    .description('Give a workspace another name; a running one restarts.')
    .argument('<workspace>')
    .argument('<name>', 'the new one')
    .action(async (wanted, name, _options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { id: workspaceId } = await findWorkspace(server, wanted)
      const renamed = await server.api.workspaces.rename.mutate({ workspaceId, name })
      reportWorkspace(session.output, renamed, `it is: ${renamed.url}`)
    })

  program
    .command('rm')
    .alias('delete')
    .description('Delete workspaces with all that lies in them, for good.')
    .argument('<workspace...>', 'names')
    .option(...yes)
    .addOption(force())
    .action(async (names, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      for (const name of names) {
        const workspace = await findWorkspace(server, name)
        if (options.yes !== true) await confirmByName(workspace.name, `${workspace.name} with all that lies in it`)
        const removing = await server.api.workspaces.remove.mutate({ workspaceId: workspace.id })
        await untilState(server, session.output, removing, 'gone')
        session.output.result(
          { id: workspace.id, name: workspace.name, deleted: true },
          `${workspace.name} is deleted.`,
        )
      }
    })

  program
    .command('open')
    .description('Open a workspace’s IDE in the browser, starting it where it rests.')
    .argument('<workspace>')
    .option('--no-browser', 'print its address and open nothing')
    .action(async (wanted, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const workspace = await ensureRunning(server, session.output, wanted)
      if (options.browser) await open(workspace.url).catch(() => undefined)
      session.output.result(workspace, workspace.url)
    })

  program
    .command('logs')
    .description('Show what a workspace’s container has written.')
    .argument('<workspace>')
    .option('-f, --follow', 'go on as it writes, until Ctrl-C')
    .action(async (wanted, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { id: workspaceId } = await findWorkspace(server, wanted)
      const live = server.live()
      try {
        await new Promise<void>((resolve, reject) => {
          live.api.workspaces.logs.subscribe(
            { workspaceId, follow: options.follow === true },
            {
              onData: ({ data }) => session.output.item(data, data.text),
              onError: (error) => reject(failureOf(error)),
              onComplete: resolve,
            },
          )
        })
      } finally {
        live.close()
      }
    })
}
