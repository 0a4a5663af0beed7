import { findCredentials } from '@arcx/detector/detector'
import { benign, credentials } from '@arcx/detector/labelled'
import type { Table } from './table.ts'

const tries = 1000

/** How many of each labelled kind are found, and of what is none, taken for one. */
export async function benchDetection(): Promise<Table> {
  const foundOf = (make: () => string) => Array.from({ length: tries }, make).filter((text) => findCredentials(`{"log":"words"}\n${text}\n`).length > 0).length
  const rows = (kinds: Readonly<Record<string, () => string>>, words: string): Table['rows'] => Object.entries(kinds).map(([kind, make]) => ({ what: `${words}${kind}`, ours: foundOf(make), peer: tries, unit: 'found' }))
  return { title: 'The detector on what detector/labelled.ts makes', peer: 'made', rows: [...rows(credentials, ''), ...rows(benign, 'none: ')] }
}
