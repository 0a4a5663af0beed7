import { text } from 'node:stream/consumers'
import type { Command } from '@commander-js/extra-typings'
import { Failure, exitCodes } from '../failure.ts'
import { table } from '../output/output.ts'
import type { Sessions } from '../program.ts'
import { teamNamed } from '../team.ts'
import { findWorkspace } from '../workspace.ts'

export function addSecretCommands(program: Command, sessions: Sessions): void {
  const secrets = program.command('secrets').description('Keys and tokens that workspaces use and never see.')

  secrets
    .command('ls', { isDefault: true })
    .description('List secrets: names, placeholders and hosts. Values come back to nobody.')
    .option('--team <name>', 'a team’s; without it, yours')
    .action(async (options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const all = await server.api.secrets.list.query({ teamId: options.team === undefined ? null : await teamNamed(server, options.team) })
      session.output.result(all, all.length === 0 ? 'There are no secrets. Make one with: arcx secrets set NAME --host api.example.com' : table(['NAME', 'PLACEHOLDER', 'HOSTS'], all.map((secret) => [secret.name, secret.placeholder, secret.hosts.join(',')])))
    })

  secrets
    .command('set')
    .description('Make a secret, or give one another value. The value is read from standard input.')
    .argument('<name>', 'the variable in which workspaces find its placeholder, from their next start on')
    .requiredOption('--host <host...>', 'where it may go, over HTTPS: api.example.com, or *.example.com')
    .option('--team <name>', 'a team’s; without it, yours')
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const value = process.stdin.isTTY ? await askHidden(`Value of ${name}: `) : (await text(process.stdin)).replace(/\r?\n$/, '')
      const secret = await server.api.secrets.set.mutate({ teamId: options.team === undefined ? null : await teamNamed(server, options.team), name, value, hosts: options.host })
      session.output.result(secret, `${secret.name} is kept. Workspaces see ${secret.placeholder}; it becomes the value on its way to ${secret.hosts.join(', ')}.`)
    })

  secrets
    .command('rm')
    .description('Delete a secret.')
    .argument('<name>')
    .option('--team <name>', 'a team’s; without it, yours')
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const secret = (await server.api.secrets.list.query({ teamId: options.team === undefined ? null : await teamNamed(server, options.team) })).find((each) => each.name === name)
      if (secret === undefined) throw new Failure(`There is no secret ${name}.`, 'secret_not_found', exitCodes.notFound)
      await server.api.secrets.remove.mutate({ id: secret.id })
      session.output.result({ id: secret.id, name }, `${name} is deleted.`)
    })

  program
    .command('egress')
    .description('Show what a workspace did outside: every call, passed and refused.')
    .argument('<workspace>')
    .option('--refused', 'those that were refused alone')
    .option('--limit <count>', 'how many, newest first', '50')
    .action(async (wanted, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { id: workspaceId } = await findWorkspace(server, wanted)
      const calls = await server.api.egress.calls.query({ workspaceId, refused: options.refused === true, limit: Number(options.limit) })
      const rows = calls.map((call) => [call.at.slice(0, 19).replace('T', ' '), call.method, call.url.slice(0, 80), call.outcome === 'passed' ? String(call.status ?? '') : call.outcome, call.secrets.join(',') || '-', String(call.scrubbed)])
      session.output.result(calls, calls.length === 0 ? 'It has called nothing yet.' : table(['AT', 'METHOD', 'ADDRESS', 'OUTCOME', 'SECRETS', 'HIDDEN'], rows))
    })
}

/** What is typed is not shown. */
async function askHidden(prompt: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const { Writable } = await import('node:stream')
  process.stderr.write(prompt)
  const asking = createInterface({ input: process.stdin, output: new Writable({ write: (_chunk, _encoding, done) => done() }), terminal: true })
  const value = await asking.question('')
  asking.close()
  process.stderr.write('\n')
  return value
}
