import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** Where one is signed in. */
export interface Credential {
  readonly server: string
  readonly token: string
  readonly login: string
}

interface Kept {
  readonly current: string | null
  readonly servers: Readonly<Record<string, { readonly token: string; readonly login: string }>>
}

const nothing: Kept = { current: null, servers: {} }

/** Tokens by server, in a file that only its person reads (XDG Base Directory Specification). */
export class Credentials {
  readonly #file: string

  constructor(environment: NodeJS.ProcessEnv) {
    const base = environment['XDG_CONFIG_HOME'] ?? join(environment['HOME'] ?? homedir(), '.config')
    this.#file = join(base, 'arcx', 'credentials.json')
  }

  /** Of this server; without one, of the server last signed in to. */
  async find(server: string | null): Promise<Credential | null> {
    const kept = await this.#read()
    const wanted = server ?? kept.current
    const found = wanted === null ? undefined : kept.servers[wanted]
    return wanted === null || found === undefined ? null : { server: wanted, ...found }
  }

  async keep({ server, token, login }: Credential): Promise<void> {
    const kept = await this.#read()
    await this.#write({ current: server, servers: { ...kept.servers, [server]: { token, login } } })
  }

  async forget(server: string): Promise<void> {
    const { current, servers } = await this.#read()
    const rest = Object.fromEntries(Object.entries(servers).filter(([each]) => each !== server))
    await this.#write({ current: current === server ? (Object.keys(rest)[0] ?? null) : current, servers: rest })
  }

  async #read(): Promise<Kept> {
    const text = await readFile(this.#file, 'utf8').catch(() => null)
    if (text === null) return nothing
    try {
      return { ...nothing, ...(JSON.parse(text) as Partial<Kept>) }
    } catch {
      return nothing
    }
  }

  /** Another `arcx` sees the whole of the old or of the new. */
  async #write(kept: Kept): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 })
    const draft = `${this.#file}.${process.pid}`
    await writeFile(draft, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 })
    await chmod(draft, 0o600)
    await rename(draft, this.#file)
  }
}
