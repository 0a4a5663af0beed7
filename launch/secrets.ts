import { randomBytes } from 'node:crypto'
import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Each is made once and kept. Hexadecimal, so that they stand in URLs and configuration files as they are. */
const generated = {
  ARC_ADMIN_TOKEN: () => randomBytes(32).toString('hex'),
  ARC_INTERNAL_TOKEN: () => randomBytes(32).toString('hex'),
  ARC_SECRETS_KEY: () => randomBytes(32).toString('hex'),
  ARC_POSTGRES_PASSWORD: () => randomBytes(24).toString('hex'),
  ARC_NATS_TOKEN: () => randomBytes(24).toString('hex'),
  ARC_DEPLOYMENT: () => randomBytes(6).toString('hex'),
} as const

export type Secrets = Readonly<Record<keyof typeof generated, string>>

/** Reads `secrets.env` in the data directory (mode 0600, `KEY=value` lines), adding what is missing. */
export async function ensureSecrets(directory: string): Promise<Secrets & Readonly<Record<string, string>>> {
  const path = join(directory, 'secrets.env')
  const text = await readFile(path, 'utf8').catch(() => '')
  const values: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim())
    if (match?.[1] !== undefined && match[2] !== undefined) values[match[1]] = match[2]
  }
  const missing = Object.entries(generated).filter(([name]) => !values[name])
  for (const [name, make] of missing) values[name] = make()
  if (missing.length > 0) {
    const added = missing.map(([name]) => `${name}=${values[name]}\n`).join('')
    const whole = text === '' || text.endsWith('\n') ? text + added : `${text}\n${added}`
    // Written beside and renamed, so that a crash leaves the old file or the new one.
    await writeFile(`${path}.new`, whole, { mode: 0o600 })
    await rename(`${path}.new`, path)
  }
  await chmod(path, 0o600)
  return values as Secrets & Record<string, string>
}
