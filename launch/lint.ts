import { join } from 'node:path'
import { run } from './command.ts'
import type { Progress } from './progress.ts'
import { repository } from './stack.ts'

const bin = (path: string) => join(repository, 'node_modules', path)

/** Types of all parts, whether each text is in the catalog, formatting, and lint with the dependency rule; whether each is good. */
export async function lint(progress: Progress): Promise<readonly boolean[]> {
  const checks = [
    ['types', [bin('typescript/bin/tsc'), '-p', repository]],
    ['types of the web application', [bin('typescript/bin/tsc'), '-p', join(repository, 'web')]],
    [
      'types of the editor’s extension',
      [bin('typescript/bin/tsc'), '-p', join(repository, 'workspace/extension/together')],
    ],
    [
      'texts of the web application',
      [bin('@lingui/cli/dist/lingui.js'), 'check', 'sync', '--config', join(repository, 'web/lingui.config.ts')],
    ],
    ['formatting', [bin('oxfmt/bin/oxfmt'), '--check', repository]],
    [
      'lint and dependency rule',
      [bin('oxlint/bin/oxlint'), '--deny-warnings', '--config', join(repository, 'oxlint.config.ts'), repository],
    ],
  ] as const
  const results = await Promise.all(
    checks.map(async ([name, args]) => ({ name, ...(await run(process.execPath, args)) })),
  )
  return results.map(({ name, code, output }) => {
    if (code !== 0) process.stdout.write(output)
    progress.say(`${name}: ${code === 0 ? 'good' : 'failed'}`)
    return code === 0
  })
}
