import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findCredentials } from '@arcx/detector/detector'
import { benign, credentials } from '@arcx/detector/labelled'
import type { Table } from './table.ts'

const tries = 1000

/** How many of each labelled kind are found, and of what is none, taken for one. */
export async function* benchDetection(): AsyncIterable<Table> {
  yield speed()
  yield found()
}

const inputs = ['package-lock.json', 'docs/architecture.md', 'node_modules/react-dom/cjs/react-dom-client.development.js', 'node_modules/undici/lib/dispatcher/client-h2.js', 'node_modules/mime-db/db.json']

/** Beside a loop that only reads each byte, on the same text. */
function speed(): Table {
  const rows = inputs.map((name) => {
    let text = readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8')
    while (text.length < 2_000_000) text += text
    const bytes = Buffer.from(text, 'latin1')
    return { what: name, ours: rateOf(text.length, () => findCredentials(text).length), peer: rateOf(text.length, () => sumOf(bytes)), unit: 'MB per second' as const }
  })
  return { title: 'How fast the detector looks through texts', peer: 'a loop', rows }
}

function rateOf(length: number, run: () => number): number {
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    return user + system
  })
  return length / Math.max(1, Math.min(...times))
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 1) sum += bytes[at] ?? 0
  return sum
}

function found(): Table {
  const foundOf = (make: () => string) => Array.from({ length: tries }, make).filter((text) => findCredentials(`{"log":"words"}\n${text}\n`).length > 0).length
  const rows = (kinds: Readonly<Record<string, () => string>>, words: string): Table['rows'] => Object.entries(kinds).map(([kind, make]) => ({ what: `${words}${kind}`, ours: foundOf(make), peer: tries, unit: 'found' }))
  return { title: 'The detector on what detector/labelled.ts makes', peer: 'made', rows: [...rows(credentials, ''), ...rows(benign, 'none: ')] }
}
