import { request } from 'node:http'
import type Docker from 'dockerode'
import { createRunning, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import { enterWorkspace } from '@arcx/testing/entry'
import { send } from '@arcx/testing/http'
import { testDeployment, testEngine, testRun } from '@arcx/testing/run'
import { median } from './table.ts'
import type { Table } from './table.ts'

const rounds = 7
const port = 13337

/** From the request to the workbench's first page through the gateway, beside a bare container of the same image. */
export async function benchStart(): Promise<Table> {
  const arc = await startTestOrchestrator()
  try {
    const person = await arc.person()
    const engine = testEngine(testRun())
    const [cold, restart, bareCold, bareRestart]: number[][] = [[], [], [], []]
    for (let round = 0; round < rounds; round += 1) {
      const begun = performance.now()
      const workspace = await createRunning(person, `bench-${round}`)
      const cookie = await enterWorkspace(arc, person, workspace.name)
      await untilPage(arc.port, workspace.name, cookie)
      cold?.push(performance.now() - begun)

      const again = performance.now()
      await person.api.workspaces.restart.mutate({ workspaceId: workspace.id })
      await untilState(person, workspace.id, 'running')
      await untilPage(arc.port, workspace.name, cookie)
      restart?.push(performance.now() - again)
      await person.api.workspaces.stop.mutate({ workspaceId: workspace.id })
      await untilState(person, workspace.id, 'stopped')

      const bare = await bareContainer(engine)
      bareCold?.push(bare.coldMs)
      bareRestart?.push(bare.restartMs)
    }
    return {
      title: `A workspace’s IDE answers (median of ${rounds})`,
      peer: 'bare docker run',
      rows: [
        { what: 'create → running → first page', ours: median(cold ?? []), peer: median(bareCold ?? []), unit: 'ms' },
        {
          what: 'restart → running → first page',
          ours: median(restart ?? []),
          peer: median(bareRestart ?? []),
          unit: 'ms',
        },
      ],
    }
  } finally {
    await arc.destroy()
  }
}

async function untilPage(arcPort: number, name: string, cookie: string): Promise<void> {
  const headers = { host: `${name}.localhost:${arcPort}`, cookie, accept: 'text/html' }
  const path = '/?folder=/home/arc/project'
  while (!(await send(arcPort, path, { headers })).body.includes('workbench'))
    await new Promise((resolve) => setTimeout(resolve, 5))
}

/** The same program in a container without limits, home, supervisor or record, dialled at its address. */
async function bareContainer(engine: Docker): Promise<{ coldMs: number; restartMs: number }> {
  const begun = performance.now()
  const container = await engine.createContainer({
    Image: testRun().ARCX_TEST_IMAGE,
    Entrypoint: [
      '/usr/local/bin/node',
      '/opt/ide/node_modules/code-server/out/node/entry.js',
      '--auth',
      'none',
      '--bind-addr',
      `0.0.0.0:${port}`,
    ],
    User: '1000:1000',
    Labels: { 'arcx.deployment': testDeployment(testRun()) },
  })
  try {
    await container.start()
    await untilAnswers(container)
    const coldMs = performance.now() - begun
    const again = performance.now()
    await container.stop({ t: 3 })
    await container.start()
    await untilAnswers(container)
    return { coldMs, restartMs: performance.now() - again }
  } finally {
    await container.remove({ force: true, v: true })
  }
}

async function untilAnswers(container: Docker.Container): Promise<void> {
  const address = Object.values((await container.inspect()).NetworkSettings.Networks)[0]?.IPAddress ?? ''
  const answers = () =>
    new Promise<boolean>((resolve) => {
      request({ host: address, port, path: '/?folder=/home', timeout: 1000 }, (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode === 200))
      })
        .on('error', () => resolve(false))
        .end()
    })
  while (!(await answers())) await new Promise((resolve) => setTimeout(resolve, 5))
}
