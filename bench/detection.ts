import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findCredentials } from '@arcx/detector/detector'
import { answers } from '@arcx/detector/benign/answers'
import { lockFiles } from '@arcx/detector/benign/lock-files'
import { pages } from '@arcx/detector/benign/pages'
import { formsOf, isFound, kinds } from '@arcx/detector/kept-aside/recall'
import { benign, credentials } from '@arcx/detector/labelled'
import { foundByGitleaks, gitleaks, gitleaksVersion } from './gitleaks.ts'
import type { Table } from './table.ts'

const tries = 1000

/** How fast it is, how many of each kind are found, and of what is none, taken for one; beside gitleaks. */
export async function* benchDetection(): AsyncIterable<Table> {
  yield speed()
  yield found()
  const binary = await gitleaks()
  yield await beside(binary)
  yield await falseAlarms(binary)
}

const inputs = [
  'package-lock.json',
  'docs/architecture.md',
  'node_modules/react-dom/cjs/react-dom-client.development.js',
  'node_modules/undici/lib/dispatcher/client-h2.js',
  'node_modules/zod/src',
  'node_modules/mime-db/db.json',
]

/** A file's text; of a folder, of all its sources. */
function textOf(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8')
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  return names
    .toSorted()
    .map((name) => readFileSync(join(path, name), 'utf8'))
    .join('\n')
}

/** Beside a loop that only reads each byte, on the same text. */
function speed(): Table {
  const rows = inputs.map((name) => {
    let text = textOf(fileURLToPath(new URL(`../${name}`, import.meta.url)))
    while (text.length < 2_000_000) text += text
    const bytes = Buffer.from(text, 'latin1')
    return {
      what: name,
      ours: rateOf(text.length, () => findCredentials(text).length),
      peer: rateOf(text.length, () => sumOf(bytes)),
      unit: 'MB per second' as const,
    }
  })
  return { title: 'How fast the detector looks through texts', peer: 'a loop', rows }
}

function rateOf(length: number, run: () => number): number {
  const times = Array.from({ length: 40 }, () => {
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
  const foundOf = (make: () => string) =>
    Array.from({ length: tries }, make).filter((text) => findCredentials(`{"log":"words"}\n${text}\n`).length > 0)
      .length
  const rows = (kinds: Readonly<Record<string, () => string>>, words: string): Table['rows'] =>
    Object.entries(kinds).map(([kind, make]) => ({
      what: `${words}${kind}`,
      ours: foundOf(make),
      peer: tries,
      unit: 'found',
    }))
  return {
    title: 'The detector on what detector/labelled.ts makes',
    peer: 'made',
    rows: [...rows(credentials, ''), ...rows(benign, 'none: ')],
  }
}

const triesOfEach = 20

/** On the forms that are kept aside, of a hundred; anything that gitleaks finds in a text counts for it. */
async function beside(binary: string): Promise<Table> {
  const rows: Table['rows'][number][] = []
  for (const [kind, { forms }] of Object.entries(kinds)) {
    const texts = formsOf(forms, 'kept aside').flatMap(([, make]) => Array.from({ length: triesOfEach }, make))
    const theirs = await foundByGitleaks(
      binary,
      texts.map(({ text }) => text),
    )
    const ours = texts.filter((each) => isFound(each, findCredentials)).length
    rows.push({
      what: kind,
      ours: (100 * ours) / texts.length,
      peer: (100 * theirs.size) / texts.length,
      unit: 'per cent',
    })
  }
  return { title: 'Credentials found, of forms that are kept aside', peer: `gitleaks ${gitleaksVersion}`, rows }
}

async function falseAlarms(binary: string): Promise<Table> {
  const rows: Table['rows'][number][] = []
  for (const [what, makers] of Object.entries({
    'lock files': lockFiles,
    'answers of services': answers,
    'pages, sources, settings': pages,
  })) {
    const texts = Object.values(makers).flatMap((make) => Array.from({ length: triesOfEach }, make))
    const theirs = await foundByGitleaks(binary, texts)
    rows.push({
      what: `${what}, of ${texts.length}`,
      ours: texts.filter((text) => findCredentials(text).length > 0).length,
      peer: theirs.size,
      unit: 'found',
    })
  }
  return { title: 'Texts without a credential in which one is found', peer: `gitleaks ${gitleaksVersion}`, rows }
}
