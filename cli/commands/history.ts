import type { Command } from '@commander-js/extra-typings'
import type { FileVersion, WorkspaceId, Writer } from '@arcx/router'
import { Failure, exitCodes } from '../failure.ts'
import { ago, table } from '../output/output.ts'
import type { Sessions } from '../session.ts'
import type { Server } from '../server/server.ts'
import { ensureRunning, findWorkspace } from '../workspace.ts'
import { countOf } from './count.ts'

/** Of a version's id, as many as are shown. */
const shownLetters = 8
const fileHelp = 'as it stands in the history: its path in the project’s folder'
const versionHelp = 'the beginning of its id, as `arcx history` shows it'

export function addHistoryCommands(program: Command, sessions: Sessions): void {
  program
    .command('history')
    .summary('Show who wrote in which files, and what they held.')
    .description('Show who wrote in which files; of one file, its versions; of one version, what the file held.')
    .argument('<workspace>')
    .argument('[file]', fileHelp)
    .argument('[version]', versionHelp)
    .option(
      '--limit <count>',
      'of a workspace’s files, how many changes, the latest first',
      countOf('--limit', 1, 500),
      50,
    )
    .addHelpText(
      'after',
      '\nOnly files that were open in an editor have a history. What a file held is printed as it was: arcx history demo notes.txt 1a2b3c4d | diff - notes.txt',
    )
    .action(async (wanted, path, version, options, command) => {
      const session = sessions.of(command)
      const { output } = session
      const server = await session.server()
      const { id: workspaceId, name } = await findWorkspace(server, wanted)
      if (path === undefined) {
        const changes = await server.api.history.changes.query({ workspaceId, limit: options.limit })
        const rows = changes.map((change) => [change.path, writerIn(change.by), ago(change.lastAt)])
        return output.result(
          changes,
          rows.length === 0
            ? `Nobody has edited a file in VS Code yet. Open it with: arcx open ${name}`
            : table(['FILE', 'BY', 'LAST'], rows),
        )
      }
      const versions = await versionsOf(server, { workspaceId, name }, path)
      if (version === undefined) {
        return output.result(
          versions,
          table(
            ['VERSION', 'WHEN', 'HOW', 'CHARACTERS'],
            versions.map((each) => [each.id.slice(0, shownLetters), ago(each.at), causeIn(each), String(each.letters)]),
          ),
        )
      }
      const held = await server.api.history.version.query({
        workspaceId,
        versionId: versionNamed(versions, version).id,
      })
      output.exactly(held, held.text)
    })

  program
    .command('restore')
    .summary('Write a file as it was in a version.')
    .description(
      'Write a file as it was in a version. What it holds now is kept as a version before; whoever has it open sees it change.',
    )
    .argument('<workspace>')
    .argument('<file>', fileHelp)
    .argument('<version>', versionHelp)
    .action(async (wanted, path, version, _options, command) => {
      const session = sessions.of(command)
      const { output } = session
      const server = await session.server()
      const { id: workspaceId, name } = await findWorkspace(server, wanted)
      const {
        id: versionId,
        at,
        cause,
        by,
      } = versionNamed(await versionsOf(server, { workspaceId, name }, path), version)
      await ensureRunning(server, output, name)
      const isChanged = await server.api.history.restore.mutate({ workspaceId, versionId })
      output.result(
        { workspaceId, path, versionId, isChanged },
        isChanged
          ? `${path} is again as it was ${ago(at)}, ${causeIn({ cause, by })}. Take that back with: arcx history ${name} ${path}`
          : `${path} is like that already.`,
      )
    })
}

async function versionsOf(
  server: Server,
  { workspaceId, name }: { readonly workspaceId: WorkspaceId; readonly name: string },
  path: string,
): Promise<readonly [FileVersion, ...FileVersion[]]> {
  const [latest, ...others] = await server.api.history.versions.query({ workspaceId, path })
  if (latest === undefined)
    throw new Failure(
      `No version of this file is kept: ${path}. List the files that have some with: arcx history ${name}`,
      'version_not_found',
      exitCodes.notFound,
    )
  return [latest, ...others]
}

function versionNamed(versions: readonly FileVersion[], beginning: string): FileVersion {
  const [found, another] = versions.filter(({ id }) => id.startsWith(beginning.toLowerCase()))
  if (found === undefined)
    throw new Failure(
      `No such version, or it is not kept any more: ${beginning}`,
      'version_not_found',
      exitCodes.notFound,
    )
  if (another !== undefined)
    throw new Failure(
      `Several versions begin with ${beginning}. Give more of its id: ${found.id}, ${another.id}`,
      'version_ambiguous',
      exitCodes.usage,
    )
  return found
}

function writerIn(by: Writer): string {
  switch (by.kind) {
    case 'person':
      return by.login
    case 'gone':
      return 'somebody who has left'
    case 'program':
      return 'a program'
  }
}

function causeIn({ cause, by }: Pick<FileVersion, 'cause' | 'by'>): string {
  switch (cause) {
    case 'opened':
      return 'as it was first opened'
    case 'saved':
      return `saved by ${writerIn(by)}`
    case 'disk':
      return `written by ${writerIn(by)}`
    case 'restored':
      return `restored by ${writerIn(by)}`
  }
}
