import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { createInterface } from 'node:readline'
import { ideLine } from './ide-log.ts'

const entry = '/opt/ide/node_modules/code-server/out/node/entry.js'
/** Turns off the extension gallery, which would be Open VSX: which one a server offers is not decided yet. */
const noGallery = '{"serviceUrl":"","itemUrl":"","resourceUrlTemplate":""}'
const crashLimit = 5
const quickCrashMs = 30_000

export interface Person {
  readonly uid: number
  readonly gid: number
  readonly home: string
}

/** Keeps code-server running as the workspace's person, and says when it first answers. */
export class Ide {
  readonly #socket: string
  readonly #person: Person
  readonly #variables: Readonly<Record<string, string>>
  readonly #onGivenUp: () => void
  #process: ChildProcess | null = null
  #quickCrashes = 0
  #stopping = false
  readonly ready: Promise<void>

  /** `variables`: what programs in the workspace see; nothing of the supervisor's own environment. */
  constructor(
    socket: string,
    person: Person,
    workspaceName: string,
    variables: Readonly<Record<string, string>>,
    onGivenUp: () => void,
  ) {
    this.#socket = socket
    this.#person = person
    this.#variables = variables
    this.#onGivenUp = onGivenUp
    this.#start(workspaceName)
    this.ready = this.#untilItAnswers()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    const child = this.#process
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 1500)
    await ended
    clearTimeout(timer)
  }

  #start(workspaceName: string): void {
    const { uid, gid, home } = this.#person
    const startedAt = Date.now()
    const project = `${home}/project`
    const child = spawn(
      '/usr/local/bin/node',
      [
        entry,
        '--socket',
        this.#socket,
        '--socket-mode',
        '666',
        '--auth',
        'none',
        '--disable-telemetry',
        '--disable-update-check',
        '--disable-workspace-trust',
        '--disable-getting-started-override',
        '--app-name',
        workspaceName,
        '--user-data-dir',
        `${home}/.local/share/code-server`,
        project,
      ],
      // Root has no right to enter a home that its owner has closed, so the working directory is not set here.
      {
        cwd: '/',
        uid,
        gid,
        env: { ...this.#variables, EXTENSIONS_GALLERY: noGallery },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    this.#process = child
    for (const [stream, out] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      createInterface({ input: stream }).on('line', (line) => {
        const said = ideLine(line)
        if (said !== null) out.write(said)
      })
    }
    child.once('error', (error) => process.stderr.write(`The IDE could not be started: ${error.message}\n`))
    child.once('exit', (code, signal) => {
      if (this.#stopping) return
      this.#quickCrashes = Date.now() - startedAt < quickCrashMs ? this.#quickCrashes + 1 : 1
      process.stderr.write(`The IDE ended (${signal ?? code}); starting it again.\n`)
      if (this.#quickCrashes >= crashLimit) return this.#onGivenUp()
      setTimeout(() => this.#start(workspaceName), 200 * this.#quickCrashes)
    })
  }

  async #untilItAnswers(): Promise<void> {
    while (!this.#stopping) {
      if (await answers(this.#socket)) return
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ socketPath, path: '/healthz', timeout: 1000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('error', () => resolve(false))
    request.on('timeout', () => request.destroy())
  })
}

/** Gives a new home its first files, as the person, so that a link planted there leads nowhere it could not. */
export async function furnishHome(person: Person): Promise<void> {
  const child = spawn('/bin/cp', ['--recursive', '--no-clobber', '/etc/skel-arcx/.', person.home], {
    uid: person.uid,
    gid: person.gid,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await once(child, 'exit')
}
