import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import { zipSync } from 'fflate'

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

const bytesOf = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const json =
  (value: unknown): Handler =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
const file =
  (bytes: Buffer | string, type = 'application/octet-stream'): Handler =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': type }).end(bytes)

/**
 * What package registries and AI providers answer, as their clients know it, each with a package `arcx-demo` that says
 * “it works”: by host and path. `said`: what the AI providers were asked with.
 */
export function registries(directory: string): {
  readonly handlers: ReadonlyMap<string, Handler>
  readonly said: { host: string; key: string | undefined }[]
} {
  const said: { host: string; key: string | undefined }[] = []
  const handlers = new Map<string, Handler>([
    ...npm(directory),
    ...pypi(),
    ...golang(),
    ...crates(directory),
    ...debian(),
    ...openai(said),
    ...anthropic(said),
  ])
  return { handlers, said }
}

/** A gzipped tar, made by the system's own. */
function archive(directory: string, name: string, files: Readonly<Record<string, string>>): Buffer {
  const root = join(directory, name)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  execFileSync('tar', ['-czf', join(directory, `${name}.tgz`), '-C', root, ...readdirSync(root)])
  return readFileSync(join(directory, `${name}.tgz`))
}

function npm(directory: string): [string, Handler][] {
  const host = 'registry.npmjs.org'
  const manifest = { name: 'arcx-demo', version: '1.0.0', main: 'index.js' }
  const tarball = archive(directory, 'npm', {
    'package/package.json': JSON.stringify(manifest),
    'package/index.js': "module.exports = 'npm: it works'",
  })
  const dist = {
    tarball: `https://${host}/arcx-demo/-/arcx-demo-1.0.0.tgz`,
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
  }
  return [
    [
      `${host}/arcx-demo`,
      json({ name: 'arcx-demo', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': { ...manifest, dist } } }),
    ],
    [`${host}/arcx-demo/-/arcx-demo-1.0.0.tgz`, file(tarball)],
  ]
}

function pypi(): [string, Handler][] {
  const info = 'arcx_demo-1.0.0.dist-info'
  const wheel = Buffer.from(
    zipSync(
      bytesOf({
        'arcx_demo.py': "print('pip: it works')\n",
        [`${info}/METADATA`]: 'Metadata-Version: 2.1\nName: arcx-demo\nVersion: 1.0.0\n',
        [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
        [`${info}/RECORD`]: `arcx_demo.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`,
      }),
    ),
  )
  const name = 'arcx_demo-1.0.0-py3-none-any.whl'
  return [
    [
      'pypi.org/simple/arcx-demo/',
      file(
        `<!DOCTYPE html><html><body><a href="https://files.pythonhosted.org/packages/${name}#sha256=${sha256(wheel)}">${name}</a></body></html>`,
        'text/html',
      ),
    ],
    [`files.pythonhosted.org/packages/${name}`, file(wheel)],
  ]
}

function golang(): [string, Handler][] {
  const [module, version] = ['example.com/arcxdemo', 'v1.0.0']
  const mod = `module ${module}\n\ngo 1.20\n`
  const zip = Buffer.from(
    zipSync(
      bytesOf({
        [`${module}@${version}/go.mod`]: mod,
        [`${module}@${version}/demo.go`]: 'package arcxdemo\n\nconst Says = "go: it works"\n',
      }),
    ),
  )
  const info = json({ Version: version, Time: '2026-01-01T00:00:00Z' })
  const at = `proxy.golang.org/${module}/@v`
  return [
    [`${at}/list`, file(`${version}\n`, 'text/plain')],
    [`${at}/${version}.info`, info],
    [`proxy.golang.org/${module}/@latest`, info],
    [`${at}/${version}.mod`, file(mod, 'text/plain')],
    [`${at}/${version}.zip`, file(zip)],
  ]
}

function crates(directory: string): [string, Handler][] {
  const crate = archive(directory, 'crate', {
    'arcx-demo-1.0.0/Cargo.toml': '[package]\nname = "arcx-demo"\nversion = "1.0.0"\nedition = "2021"\n',
    'arcx-demo-1.0.0/src/lib.rs': 'pub const SAYS: &str = "cargo: it works";\n',
  })
  return [
    ['index.crates.io/config.json', json({ dl: 'https://static.crates.io/crates', api: 'https://crates.io' })],
    [
      'index.crates.io/ar/cx/arcx-demo',
      file(
        `${JSON.stringify({ name: 'arcx-demo', vers: '1.0.0', deps: [], cksum: sha256(crate), features: {}, yanked: false })}\n`,
        'text/plain',
      ),
    ],
    ['static.crates.io/crates/arcx-demo/1.0.0/download', file(crate)],
  ]
}

function debian(): [string, Handler][] {
  const packages =
    'Package: arcx-demo\nVersion: 1.0.0\nArchitecture: all\nMaintainer: Demo <demo@example.com>\nFilename: ./arcx-demo.deb\nSize: 1\nSHA256: 0000000000000000000000000000000000000000000000000000000000000000\nDescription: apt, it works\n\n'
  const release = `Origin: demo\nSuite: demo\nDate: ${new Date().toUTCString().replace('GMT', 'UTC')}\nSHA256:\n ${sha256(Buffer.from(packages))} ${packages.length} Packages\n`
  return [
    ['deb.debian.org/demo/./Release', file(release, 'text/plain')],
    ['deb.debian.org/demo/./Packages', file(packages, 'text/plain')],
  ]
}

function openai(said: { host: string; key: string | undefined }[]): [string, Handler][] {
  const stream: Handler = (request, response) => {
    said.push({ host: 'api.openai.com', key: request.headers.authorization })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const chunk = (content: string) =>
      response.write(
        `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'demo', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`,
      )
    for (const word of ['openai: ', 'it ', 'works, ', 'with ', request.headers.authorization ?? '']) chunk(word)
    response.end('data: [DONE]\n\n')
  }
  return [['api.openai.com/v1/chat/completions', stream]]
}

function anthropic(said: { host: string; key: string | undefined }[]): [string, Handler][] {
  const stream: Handler = (request, response) => {
    const key = [request.headers['x-api-key'] ?? request.headers.authorization].flat()[0]
    said.push({ host: 'api.anthropic.com', key })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const event = (type: string, more: object) =>
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`)
    event('message_start', {
      message: {
        id: 'm',
        type: 'message',
        role: 'assistant',
        content: [],
        model: 'demo',
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    })
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
    for (const text of ['anthropic: ', 'it ', 'works, ', 'with ', key])
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
    event('content_block_stop', { index: 0 })
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 5 } })
    event('message_stop', {})
    response.end()
  }
  return [['api.anthropic.com/v1/messages', stream]]
}
