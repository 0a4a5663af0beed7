import type { Workspace, WorkspaceState } from '@arcx/router'
import { Failure, exitCodes, failureOf, namingWhatIsMissing } from './failure.ts'
import type { Output } from './output/output.ts'
import type { Server } from './server/server.ts'

/** A workspace by its name, or by its id. */
export function findWorkspace(server: Server, wanted: string): Promise<Workspace> {
  return namingWhatIsMissing(
    server.api.workspaces.get.query({ name: wanted }),
    'workspace_not_found',
    `No such workspace, or it is not yours: ${wanted}. List yours with: arcx ls`,
  )
}

/** Shows how it goes until the workspace is in a state, or has failed on the way. Resolves to null once it is gone. */
export async function untilState(
  server: Server,
  output: Output,
  workspace: Workspace,
  wanted: WorkspaceState | 'gone',
): Promise<Workspace | null> {
  const progress = output.progress()
  const live = server.live()
  try {
    return await new Promise<Workspace | null>((resolve, reject) => {
      const see = (now: Workspace | undefined) => {
        if (now === undefined)
          return wanted === 'gone'
            ? resolve(null)
            : reject(new Failure(`${workspace.name} was deleted.`, 'workspace_not_found', exitCodes.notFound))
        if (now.state === wanted) return resolve(now)
        if (now.state === 'failed')
          return reject(
            new Failure(
              `${now.name} failed: ${now.reason ?? 'no reason was given'}`,
              'workspace_failed',
              exitCodes.failed,
            ),
          )
        progress.update(`${now.name}: ${now.step ?? now.state}`)
      }
      live.api.workspaces.onChange.subscribe(undefined, {
        onData({ data }) {
          if (data.type === 'snapshot') see(data.workspaces.find(({ id }) => id === workspace.id))
          else if (data.type === 'changed' && data.workspace.id === workspace.id) see(data.workspace)
          else if (data.type === 'removed' && data.workspaceId === workspace.id) see(undefined)
        },
        onError: (error) => reject(failureOf(error)),
      })
    })
  } finally {
    progress.end()
    live.close()
  }
}

/** Makes sure that it runs, starting it where it rests. */
export async function ensureRunning(server: Server, output: Output, wanted: string): Promise<Workspace> {
  const workspace = await findWorkspace(server, wanted)
  if (workspace.state === 'running') return workspace
  const started = ['stopped', 'failed'].includes(workspace.state)
    ? await server.api.workspaces.start.mutate({ workspaceId: workspace.id })
    : workspace
  const running = await untilState(server, output, started, 'running')
  return running ?? workspace
}
