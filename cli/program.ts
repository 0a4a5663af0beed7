import { text } from 'node:stream/consumers'
import { Command } from '@commander-js/extra-typings'
import { Option } from 'commander'
import type { Command as AnyCommand } from 'commander'
import { addCompletion } from './completion.ts'
import { addAccountCommands } from './commands/account.ts'
import { addAdminCommands } from './commands/admin.ts'
import { addUsageCommand } from './commands/usage.ts'
import { addEgressCommands } from './commands/egress.ts'
import { addExecCommands } from './commands/exec.ts'
import { addFileCommands } from './commands/files.ts'
import { addForwardCommand } from './commands/forward.ts'
import { addHistoryCommands } from './commands/history.ts'
import { addScanCommand } from './commands/scan.ts'
import { addSecretCommands } from './commands/secrets.ts'
import { addTeamCommands } from './commands/teams.ts'
import { addTokenCommands } from './commands/tokens.ts'
import { addWebhookCommands } from './commands/webhooks.ts'
import { addWorkflowCommands } from './commands/workflows.ts'
import { addWorkspaceCommands } from './commands/workspaces.ts'
import { Session } from './session.ts'
import type { GlobalOptions, Sessions, WithGlobals } from './session.ts'
import { tellUsageErrors } from './usage-errors.ts'

const adminSignedOut =
  'Which server, and by what right? Where it runs, use: npm run -s arcx-admin -- COMMAND. Elsewhere set ARC_ADMIN_TOKEN and ARCX_URL, or sign in as an admin and pass a token with the scope admin: --token.'

export const globalOptions = [
  ['--server <address>', 'the server; else ARCX_URL, else the one last signed in to'],
  ['--token <token>', 'a token; else ARCX_TOKEN, else the one kept by login'],
  ['--json', 'results and errors as JSON'],
] as const

/** Every command of `arcx`; the reference in `docs/cli.md` is made from it. */
export function createProgram(environment: NodeJS.ProcessEnv): Command {
  const globals = (command: WithGlobals) => command.optsWithGlobals() as GlobalOptions
  const sessions: Sessions = {
    of: (command) => new Session(globals(command), environment),
    // Whoever has the server's own token in the environment means that.
    asAdmin: (command) =>
      new Session({ token: environment['ARC_ADMIN_TOKEN'], ...globals(command) }, environment, adminSignedOut),
    async givenToken(command) {
      const given = globals(command).token ?? environment['ARCX_TOKEN']
      if (given === '-') return (await text(process.stdin)).trim()
      return given === undefined || given === '' ? null : given
    },
  }
  const program = new Command()
    .name('arcx')
    .description('Workspaces with VS Code, a terminal and your team, on your own server.')
    .version('0.1.0')
    .enablePositionalOptions() as unknown as Command
  addGlobals(program as unknown as AnyCommand)
  addAccountCommands(program, sessions)
  addWorkspaceCommands(program, sessions)
  addExecCommands(program, sessions)
  addFileCommands(program, sessions)
  addHistoryCommands(program, sessions)
  addForwardCommand(program, sessions)
  addTeamCommands(program, sessions)
  addTokenCommands(program, sessions)
  addSecretCommands(program, sessions)
  addEgressCommands(program, sessions)
  addWebhookCommands(program, sessions)
  addWorkflowCommands(program, sessions)
  addScanCommand(program)
  addUsageCommand(program, sessions)
  addAdminCommands(program, sessions)
  for (const command of commandsOf(program as unknown as AnyCommand)) {
    addGlobals(command)
    tellUsageErrors(command)
  }
  tellUsageErrors(program as unknown as AnyCommand)
  addCompletion(program as unknown as AnyCommand)
  return program
}

/** All below a command. */
export function commandsOf(command: AnyCommand): AnyCommand[] {
  return command.commands.flatMap((each) => [each, ...commandsOf(each)])
}

/** Taken before and behind a command's name alike. */
function addGlobals(command: AnyCommand): void {
  for (const [flags, description] of globalOptions) command.addOption(new Option(flags, description))
}
