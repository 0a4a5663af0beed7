import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { runningInstance } from './instance.ts'
import { LaunchError } from './progress.ts'
import { readSecret, repository } from './stack.ts'

/**
 * Runs `arcx admin` as whoever has the data directory, on the arcx that runs there. Where a server or a token is named,
 * that is meant. Resolves to its exit code.
 */
export async function administer(words: readonly string[], dataDirectory: () => string): Promise<number> {
  const known = await ownServer(words, dataDirectory)
  const child = spawn(process.execPath, [join(repository, 'cli', 'main.ts'), 'admin', ...words], {
    stdio: 'inherit',
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
    env: { ...known, ...process.env },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

async function ownServer(
  words: readonly string[],
  dataDirectory: () => string,
): Promise<Readonly<Record<string, string>>> {
  const isNamed =
    words.some((word) => /^--(?:server|token|help)(?:=|$)|^-h$/.test(word)) ||
    ['ARCX_URL', 'ARCX_TOKEN'].some((name) => (process.env[name] ?? '') !== '')
  // An export is looked at without any server.
  const isOffline = words[0] === 'audit' && words[1] === 'verify' && words.length > 2
  if (isNamed || isOffline || words.length === 0) return {}
  const directory = dataDirectory()
  const instance = await runningInstance(directory)
  if (instance === null)
    throw new LaunchError(
      `arcx does not run on ${directory}. Start it with npm start; or name another server: ARC_ADMIN_TOKEN=… npm run -s arcx-admin -- --server https://arcx.example.com overview`,
    )
  const token = process.env['ARC_ADMIN_TOKEN'] ?? (await readSecret(directory, 'ARC_ADMIN_TOKEN'))
  if (token === undefined)
    throw new LaunchError(
      `There is no ARC_ADMIN_TOKEN in ${join(directory, 'secrets.env')}. Set it in the environment.`,
    )
  return { ARCX_URL: instance.publicOrigin, ARC_ADMIN_TOKEN: token }
}
