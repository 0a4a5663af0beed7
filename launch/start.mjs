// Runs on whatever Node the machine has: brings the dependencies, among them the pinned Node, and hands over to it.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const node = join(root, 'node_modules', '.bin', 'node')
const stamp = join(root, 'node_modules', '.arcx-installed')

function fail(line) {
  process.stderr.write(`arcx: ${line}\n`)
  process.exit(1)
}

if (Number(process.versions.node.split('.')[0]) < 20) fail(`Node ${process.versions.node} is too old to begin with; install Node 20 or newer.`)
if (process.platform !== 'linux') fail('arcx runs on Linux; on another system, run it in a Linux virtual machine.')

// The lock file alone decides what is installed, so it alone decides whether that is still right.
const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex')
const installed = existsSync(stamp) && existsSync(node) ? readFileSync(stamp, 'utf8') : ''
if (installed !== wanted) {
  process.stderr.write('arcx: installing dependencies (once)…\n')
  const npm = process.env.npm_execpath
  const [command, before] = npm ? [process.execPath, [npm]] : ['npm', []]
  // Build machines need what development needs: the web interface is built here.
  const result = spawnSync(command, [...before, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_ENV: '' },
  })
  if (result.status !== 0) fail('the dependencies could not be installed; see what npm says above, mend it and run this again.')
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
}

const child = spawn(node, [join(root, 'launch', 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit', cwd: process.cwd() })
child.on('error', (error) => fail(`the pinned Node does not start (${error.message}); remove node_modules and run this again.`))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
// The child decides when to end; a Ctrl-C reaches it by the terminal, a TERM is passed on.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
process.on('SIGHUP', () => child.kill('SIGHUP'))
