import type { Command } from '@commander-js/extra-typings'
import type { Scope, WorkspaceId } from '@arcx/router'
import { Failure, exitCodes } from '../failure.ts'
import { ago, table } from '../output/output.ts'
import type { Sessions } from '../session.ts'
import { findWorkspace } from '../workspace.ts'
import { countOf } from './count.ts'

const scopes: readonly Scope[] = [
  'workspaces:read',
  'workspaces:write',
  'workspaces:exec',
  'workflows',
  'teams:read',
  'teams:write',
  'tokens',
  'secrets',
  'admin',
]

export function addTokenCommands(program: Command, sessions: Sessions): void {
  const tokens = program.command('tokens').description('API tokens: for programs that act for you.')

  tokens
    .command('ls', { isDefault: true })
    .description('List your tokens.')
    .action(async (_options, command) => {
      const session = sessions.of(command)
      const all = await (await session.server()).api.tokens.list.query()
      const rows = all.map((token) => [
        token.name,
        token.shown,
        token.scopes.join(','),
        ago(token.lastUsedAt),
        token.expiresAt?.slice(0, 10) ?? 'never',
        token.id,
      ])
      session.output.result(
        all,
        all.length === 0 ? 'You have no tokens.' : table(['NAME', 'TOKEN', 'SCOPES', 'USED', 'ENDS', 'ID'], rows),
      )
    })

  tokens
    .command('create')
    .description('Make a token; it is shown this once.')
    .argument('<name>', 'what it is for')
    .option('--scope <scope...>', scopes.join(', '), ['workspaces:read'])
    .option('--workspace <name...>', 'for these workspaces alone')
    .option('--days <days>', 'until it ends; 0 for no end', countOf('--days', 0, 366), 90)
    .action(async (name, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const wanted = options.scope.map((text) => {
        const scope = scopes.find((each) => each === text)
        if (scope === undefined)
          throw new Failure(`There is no scope ${text}; there are ${scopes.join(', ')}.`, 'usage', exitCodes.usage)
        return scope
      })
      const workspaceIds: WorkspaceId[] = []
      for (const workspace of options.workspace ?? []) workspaceIds.push((await findWorkspace(server, workspace)).id)
      const made = await server.api.tokens.create.mutate({
        name,
        scopes: wanted,
        workspaceIds: workspaceIds.length === 0 ? null : workspaceIds,
        expiresDays: options.days === 0 ? null : options.days,
      })
      session.output.result(made, made.token)
    })

  tokens
    .command('revoke')
    .description('End a token, and what is open with it.')
    .argument('<token>', 'its id, or its name where one alone is called so')
    .action(async (wanted, _options, command) => {
      const session = sessions.of(command)
      const { api } = await session.server()
      const all = await api.tokens.list.query()
      const [found, another] = all.filter(({ id, name }) => id === wanted || name === wanted)
      if (found === undefined)
        throw new Failure(
          `No such token: ${wanted}. List yours with: arcx tokens ls`,
          'token_not_found',
          exitCodes.notFound,
        )
      if (another !== undefined)
        throw new Failure(
          `Several tokens are called ${wanted}. Say its id, from: arcx tokens ls`,
          'ambiguous',
          exitCodes.refused,
        )
      await api.tokens.revoke.mutate({ id: found.id })
      session.output.result({ id: found.id, name: found.name }, `${found.name} is revoked.`)
    })
}
