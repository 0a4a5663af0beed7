import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type Docker from 'dockerode'
import { isInstalled, must } from './command.ts'
import { installPackages, isRoot } from './distribution.ts'
import { LaunchError } from './progress.ts'
import type { Progress } from './progress.ts'

const debianRelease = 'bookworm'
const registryBase = `debian:${debianRelease}-slim`

/** What goes into the image, as `path in the build` ← `path in the repository`. */
const sources = {
  Dockerfile: 'workspace/image/Dockerfile',
  'prune.sh': 'workspace/image/prune.sh',
  ide: 'workspace/image/ide',
  'toolchain.json': 'workspace/image/toolchain',
  rootfs: 'workspace/image/rootfs',
  supervisor: 'workspace/supervisor',
  canary: 'workspace/canary',
  activity: 'workspace/extension/activity',
} as const

/** Built into one file of the image. */
const together = ['workspace/extension/together', 'collab/text'] as const

const leftOut = (path: string) => path.endsWith('.test.ts') || path.includes('node_modules') || path.includes('/dist/')

/** The image's name; it changes with anything that goes into it. */
export async function imageTag(repository: string): Promise<string> {
  const hash = createHash('sha256').update(`${debianRelease} ${process.arch}`)
  for (const source of [...Object.values(sources), ...together]) {
    for (const file of await filesBelow(join(repository, source))) {
      if (leftOut(file)) continue
      hash.update(`\0${relative(repository, file)}\0`).update(await readFile(file))
    }
  }
  return `arcx-workspace:${hash.digest('hex').slice(0, 16)}`
}

/** Makes sure that the engine has the workspace image, building it where it is missing. Returns its name. */
export async function ensureImage(
  engine: Docker,
  repository: string,
  cache: string,
  progress: Progress,
): Promise<string> {
  const tag = await imageTag(repository)
  if (await hasImage(engine, tag)) return tag
  progress.say('Building the workspace image (once, and when its parts change; the first time takes a few minutes).')
  await needSpace(cache, 6)
  const base = await ensureBase(engine, cache, progress)
  const context = join(cache, 'image-context')
  await rm(context, { recursive: true, force: true })
  await assemble(repository, context, join(cache, 'toolchain'), progress)
  await build(engine, context, tag, base, progress)
  await rm(context, { recursive: true, force: true })
  progress.say(`The workspace image is ready: ${tag}`)
  return tag
}

async function hasImage(engine: Docker, tag: string): Promise<boolean> {
  return engine
    .getImage(tag)
    .inspect()
    .then(
      () => true,
      () => false,
    )
}

/** A slim Debian: from the image registry where there is one, else made from the distribution's packages. */
async function ensureBase(engine: Docker, cache: string, progress: Progress): Promise<string> {
  const own = `arcx-base:${debianRelease}`
  if (await hasImage(engine, own)) return own
  if (await hasImage(engine, registryBase)) return registryBase
  progress.update(`Workspace image: fetching ${registryBase}`)
  const pulled = await pull(engine, registryBase)
  if (pulled) return registryBase
  progress.say('No image registry is reachable; making the base from the distribution’s packages.')
  if (!isRoot()) {
    throw new LaunchError(
      `No image registry is reachable, and making a base image takes root. Run: docker pull ${registryBase} — or run npm start as root once.`,
    )
  }
  if ((await isInstalled('debootstrap')) === null) {
    await installPackages(
      ['debootstrap', 'debian-archive-keyring'],
      'The base image is made with debootstrap.',
      progress,
    )
  }
  const directory = join(cache, 'base')
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  let steps = 0
  await must(
    'The base image',
    'debootstrap',
    ['--variant=minbase', '--include=ca-certificates', debianRelease, directory],
    {
      onLine: (line) => {
        if (/^I: (Retrieving|Unpacking|Configuring) /.test(line))
          progress.update(`Workspace image: base, ${(steps += 1)} steps (${line.slice(3)})`)
      },
    },
  )
  for (const waste of ['var/cache/apt/archives', 'var/lib/apt/lists']) {
    await rm(join(directory, waste), { recursive: true, force: true })
    await mkdir(join(directory, waste, 'partial'), { recursive: true })
  }
  const tar = spawn('tar', ['--create', '--numeric-owner', '--directory', directory, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const answer = await engine.importImage(tar.stdout, { repo: 'arcx-base', tag: debianRelease })
  await drain(answer, () => undefined)
  await rm(directory, { recursive: true, force: true })
  return own
}

async function pull(engine: Docker, image: string): Promise<boolean> {
  try {
    const stream = await engine.pull(image, { abortSignal: AbortSignal.timeout(180_000) })
    await drain(stream, () => undefined)
    return true
  } catch {
    return false
  }
}

async function assemble(repository: string, context: string, toolchain: string, progress: Progress): Promise<void> {
  progress.update('Workspace image: fetching Node and npm')
  await mkdir(toolchain, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) {
    await cp(join(repository, 'workspace/image/toolchain', file), join(toolchain, file))
  }
  await must('Node and npm for the workspace image', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: toolchain,
  })
  const node = join(toolchain, 'node_modules', `node-linux-${process.arch}`)
  const into = join(context, 'toolchain')
  await mkdir(join(into, 'bin'), { recursive: true })
  await cp(join(node, 'bin/node'), join(into, 'bin/node'))
  await cp(join(node, 'include'), join(into, 'include'), { recursive: true })
  await cp(join(toolchain, 'node_modules/npm'), join(into, 'lib/node_modules/npm'), { recursive: true })
  for (const name of ['npm', 'npx'])
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(into, 'bin', name))
  for (const [target, source] of Object.entries(sources)) {
    if (target === 'toolchain.json') continue
    await cp(join(repository, source), join(context, target), {
      recursive: true,
      filter: (path) => !leftOut(relative(repository, path)),
    })
  }
  await buildTogether(repository, join(context, 'together'), progress)
  await writeFile(join(context, 'ca-bundle.crt'), await certificateBundle())
}

/** The editor's extension as one file, beside a manifest that says nothing of how it was built. */
async function buildTogether(repository: string, into: string, progress: Progress): Promise<void> {
  progress.update('Workspace image: building the editor’s extension')
  const source = join(repository, together[0])
  await must(
    'The editor’s extension could not be built',
    process.execPath,
    [join(repository, 'node_modules/vite/bin/vite.js'), 'build', '--outDir', into, '--emptyOutDir'],
    { cwd: source },
  )
  const {
    type: _type,
    dependencies: _dependencies,
    devDependencies: _devDependencies,
    ...manifest
  } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as Record<string, unknown>
  await writeFile(join(into, 'package.json'), JSON.stringify(manifest, null, 2))
}

/** The building machine's trusted certificates, for networks that intercept TLS; used while building only. */
async function certificateBundle(): Promise<Buffer> {
  const path = process.env['ARC_BUILD_CA_BUNDLE'] ?? process.env['NODE_EXTRA_CA_CERTS'] ?? process.env['SSL_CERT_FILE']
  if (path === undefined || path === '') return Buffer.alloc(0)
  return readFile(path).catch(() => {
    throw new LaunchError(`The certificate bundle ${path} cannot be read; set ARC_BUILD_CA_BUNDLE to one that can.`)
  })
}

async function build(engine: Docker, context: string, tag: string, base: string, progress: Progress): Promise<void> {
  const stream = await engine.buildImage(
    { context, src: await readdir(context) },
    { t: tag, buildargs: { BASE: base }, rm: true, forcerm: true },
  )
  let said: string[] = []
  await drain(stream, (message) => {
    if (message.error !== undefined) {
      throw new LaunchError(
        `The workspace image could not be built: ${message.error} ${said.slice(-5).join(' | ').slice(-500)}`,
      )
    }
    const line = message.stream?.trim() ?? ''
    if (line === '') return
    said = [...said.slice(-20), line]
    const step = /^Step (\d+)\/(\d+) : (.*)/.exec(line)
    if (step) progress.update(`Workspace image: step ${step[1]} of ${step[2]} (${step[3]?.slice(0, 70)})`)
  })
}

interface EngineMessage {
  readonly stream?: string
  readonly error?: string
}

async function drain(stream: NodeJS.ReadableStream, onMessage: (message: EngineMessage) => void): Promise<void> {
  const lines = createInterface({ input: stream })
  await pipeline(lines, async (source: AsyncIterable<string>) => {
    for await (const line of source) {
      if (line.trim() === '') continue
      const message = JSON.parse(line) as EngineMessage
      onMessage(message)
      if (message.error !== undefined) throw new Error(message.error)
    }
  })
}

/** @throws {LaunchError} where the disk has less free. */
export async function needSpace(directory: string, gigabytes: number): Promise<void> {
  await mkdir(directory, { recursive: true })
  const { bavail, bsize } = await statfs(directory)
  const free = (bavail * bsize) / 1e9
  if (free < gigabytes)
    throw new LaunchError(
      `${directory} has ${free.toFixed(1)} GB free; building the workspace image takes ${gigabytes}. Free some, or set ARC_DATA_DIR elsewhere.`,
    )
}

async function filesBelow(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path]
  const names = (await readdir(path)).sort()
  return (await Promise.all(names.map((name) => filesBelow(join(path, name))))).flat()
}
