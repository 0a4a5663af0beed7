import { Cli } from '@arcx/testing/cli'
import { createRunning, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { testDirectory, testRun } from '@arcx/testing/run'
import type { Workspace } from '@arcx/router'

/** An orchestrator, somebody with a running workspace, and the CLI signed in as them. */
export interface WithCli {
  readonly arc: TestOrchestrator
  readonly person: Person
  readonly login: string
  readonly cli: Cli
  readonly home: string
  readonly box: Workspace
  /** What a command says. @throws where it fails. */
  said(args: readonly string[], input?: string): Promise<string>
  json(args: readonly string[]): Promise<never>
}

export async function startWithCli(): Promise<WithCli> {
  const [arc, home] = await Promise.all([startTestOrchestrator(), testDirectory(testRun(), 'cli')])
  try {
    const person = await arc.person()
    const cli = new Cli(home)
    const said = async (args: readonly string[], input?: string) => {
      const { code, stdout, stderr } = await cli.run(args, input)
      if (code !== 0) throw new Error(`${code} ${stderr}`)
      return stdout.toString()
    }
    const box = await createRunning(person, 'box')
    const { token } = await person.api.tokens.create.mutate({
      name: 'tests',
      scopes: ['workspaces:read', 'workspaces:write', 'workspaces:exec', 'teams:write', 'tokens'],
    })
    await said(['login', arc.origin, '--token', '-'], token)
    const login = (await person.api.auth.me.query())?.login ?? ''
    return {
      arc,
      person,
      login,
      cli,
      home,
      box,
      said,
      json: async (args) => JSON.parse(await said([...args, '--json'])) as never,
    }
  } catch (error) {
    await arc.destroy()
    throw error
  }
}
