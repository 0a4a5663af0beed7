import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))

test('the completion for bash can be read twice in one shell, and completes', () => {
  const script = execFileSync(process.execPath, [main, 'completion', 'bash'], { encoding: 'utf8' })
  const { stdout, stderr, status } = spawnSync(
    'bash',
    [
      '--norc',
      '-c',
      'set -e; eval "$1"; eval "$1"; complete -p arcx; echo "$ShellCompDirectiveNoSpace"',
      'bash',
      script,
    ],
    { encoding: 'utf8' },
  )
  expect([stderr, status]).toEqual(['', 0])
  expect(stdout).toMatch(/__arcx_complete arcx\n2\n/)
})
