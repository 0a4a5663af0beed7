import { text } from 'node:stream/consumers'
import type { Command } from '@commander-js/extra-typings'
import { Option } from '@commander-js/extra-typings'
import type { SecretPlace } from '@arcx/router'
import { confirmByName, force, yes } from '../confirm.ts'
import { Failure, exitCodes } from '../failure.ts'
import { ownerNamed, ownerOptions, sameOwner } from '../owner.ts'
import type { OwnerOptions } from '../owner.ts'
import { table } from '../output/output.ts'
import type { Sessions } from '../session.ts'
import type { Server } from '../server/server.ts'

const placesOption = () =>
  new Option('--in <place...>', 'in which part of a request it may stand; without it, in any').choices([
    'header',
    'basic',
    'address',
    'body',
    'aws',
  ] as const satisfies readonly SecretPlace[])
const hostHelp = 'where it may go, over HTTPS: api.example.com, or *.example.com'

export function addSecretCommands(program: Command, sessions: Sessions): void {
  const secrets = program.command('secrets').description('Keys and tokens that workspaces use and never see.')

  secrets
    .command('ls', { isDefault: true })
    .description('List secrets: names, placeholders and hosts. Values come back to nobody.')
    .option(...ownerOptions[0])
    .option(...ownerOptions[1])
    .action(async (options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const all = await server.api.secrets.list.query(await ownerNamed(server, options))
      session.output.result(
        all,
        all.length === 0
          ? 'There are no secrets. Make one with: arcx secrets set NAME --host api.example.com'
          : table(
              ['NAME', 'PLACEHOLDER', 'HOSTS', 'IN'],
              all.map((secret) => [
                secret.name,
                secret.placeholder,
                secret.hosts.join(','),
                secret.places.join(',') || 'any',
              ]),
            ),
      )
    })

  secrets
    .command('set')
    .description('Make a secret, or give one another value. The value is read from standard input.')
    .argument('<name>', 'the variable in which workspaces find its placeholder, from their next start on')
    .requiredOption('--host <host...>', hostHelp)
    .addOption(placesOption())
    .option(...ownerOptions[0])
    .option(...ownerOptions[1])
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const owner = await ownerNamed(server, options)
      const value = process.stdin.isTTY
        ? await askHidden(`Value of ${name}: `)
        : (await text(process.stdin)).replace(/\r?\n$/, '')
      const secret = await server.api.secrets.set.mutate({
        ...owner,
        name,
        value,
        hosts: options.host,
        places: [...(options.in ?? [])],
      })
      session.output.result(
        secret,
        `${secret.name} is saved. Workspaces find ${secret.placeholder} in its place, those that are running after a restart; it becomes the value in requests to ${secret.hosts.join(', ')}.`,
      )
    })

  secrets
    .command('grant')
    .description('Change the hosts that a secret may be sent to; its value stays as it is.')
    .argument('<name>')
    .requiredOption('--host <host...>', hostHelp)
    .addOption(placesOption())
    .option(...ownerOptions[0])
    .option(...ownerOptions[1])
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const id = await secretNamed(server, options, name)
      const secret = await server.api.secrets.grants.mutate({
        id,
        hosts: options.host,
        places: [...(options.in ?? [])],
      })
      session.output.result(
        secret,
        `${name} may go to ${secret.hosts.join(', ')}, in ${secret.places.join(', ') || 'any part of a request'}, from the next request on.`,
      )
    })

  secrets
    .command('rm')
    .description('Delete a secret, for good: its value cannot be read first.')
    .argument('<name>')
    .option(...yes)
    .addOption(force())
    .option(...ownerOptions[0])
    .option(...ownerOptions[1])
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const id = await secretNamed(server, options, name)
      if (options.yes !== true) await confirmByName(name, `the secret ${name}`)
      await server.api.secrets.remove.mutate({ id })
      session.output.result({ id, name }, `${name} is deleted.`)
    })
}

async function secretNamed(server: Server, options: OwnerOptions, name: string) {
  const secret = (await server.api.secrets.list.query(await ownerNamed(server, options))).find(
    (each) => each.name === name,
  )
  if (secret === undefined)
    throw new Failure(
      `No such secret: ${name}. List them with: arcx secrets ls${sameOwner(options)}`,
      'secret_not_found',
      exitCodes.notFound,
    )
  return secret.id
}

/** What is typed is not shown. */
async function askHidden(prompt: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const { Writable } = await import('node:stream')
  process.stderr.write(prompt)
  const asking = createInterface({
    input: process.stdin,
    output: new Writable({ write: (_chunk, _encoding, done) => done() }),
    terminal: true,
  })
  const value = await asking.question('')
  asking.close()
  process.stderr.write('\n')
  return value
}
