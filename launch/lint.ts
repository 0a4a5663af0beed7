import { join } from 'node:path'
import { run } from './command.ts'
import type { Progress } from './progress.ts'
import { repository } from './stack.ts'

const bin = (path: string) => join(repository, 'node_modules', path)

/** Types of both halves, and lint with the dependency rule. Returns an exit code. */
export async function runLint(progress: Progress): Promise<number> {
  const checks = [
    ['types', [bin('typescript/bin/tsc'), '-p', repository]],
    ['types of the web application', [bin('typescript/bin/tsc'), '-p', join(repository, 'web')]],
    ['lint and dependency rule', [bin('oxlint/bin/oxlint'), '--deny-warnings', '--config', join(repository, '.oxlintrc.json'), repository]],
  ] as const
  const results = await Promise.all(checks.map(async ([name, args]) => ({ name, ...(await run(process.execPath, args)) })))
  for (const { name, code, output } of results) {
    if (code !== 0) process.stdout.write(output)
    progress.say(`${name}: ${code === 0 ? 'good' : 'failed'}`)
  }
  return results.every(({ code }) => code === 0) ? 0 : 1
}
