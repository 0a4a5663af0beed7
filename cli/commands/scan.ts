import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Command } from '@commander-js/extra-typings'
import { findCredentials } from '@arcx/detector/detector'
import { Failure, exitCodes } from '../failure.ts'
import { Output } from '../output/output.ts'

const skipped: ReadonlySet<string> = new Set(['.git', 'node_modules', '.arcx'])
const largestBytes = 5 * 1024 * 1024

interface Location {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly rule: string
  /** Its first characters alone. */
  readonly shown: string
}

export function addScanCommand(program: Command): void {
  program
    .command('scan')
    .description('Look for credentials in files and folders, or in lines of JSON. No server is asked.')
    .argument('[path...]', 'files and folders; without any, this folder')
    .option(
      '--json-lines',
      'take lines of JSON, {"text": "…"}, from standard input, and give {"findings": [{"rule", "start", "end"}]} for each',
    )
    .addHelpText(
      'after',
      '\nIt exits with 1 where it has found something, so that a pre-commit hook stops. Offsets count UTF-16 code units.',
    )
    .action(async (paths, options, command) => {
      if (options.jsonLines === true) return scanLines()
      const output = new Output((command.optsWithGlobals() as { json?: boolean }).json === true)
      const found: Location[] = []
      let files = 0
      for (const path of paths.length === 0 ? ['.'] : paths) {
        if ((await stat(path).catch(() => null)) === null)
          throw new Failure(`No such file or folder on this machine: ${path}`, 'file_not_found', exitCodes.notFound)
        for await (const file of filesIn(path)) {
          files += 1
          found.push(...(await scanFile(file)))
        }
      }
      output.result(
        found,
        found.length === 0
          ? `Nothing found in ${files} ${files === 1 ? 'file' : 'files'}.`
          : found.map(({ file, line, column, rule, shown }) => `${file}:${line}:${column}  ${rule}  ${shown}…`),
      )
      if (found.length > 0) process.exitCode = exitCodes.failed
    })
}

async function scanLines(): Promise<void> {
  let number = 0
  for await (const line of createInterface({ input: process.stdin })) {
    number += 1
    if (line.trim() === '') continue
    let text: unknown
    try {
      text = (JSON.parse(line) as { text?: unknown }).text
    } catch {
      // Said below.
    }
    if (typeof text !== 'string')
      throw new Failure(`Line ${number} is not of the form {"text": "…"}.`, 'line_invalid', exitCodes.refused)
    process.stdout.write(`${JSON.stringify({ findings: findCredentials(text) })}\n`)
  }
}

async function* filesIn(path: string): AsyncIterable<string> {
  const what = await stat(path)
  if (what.isFile()) {
    if (what.size <= largestBytes) yield path
    return
  }
  if (!what.isDirectory()) return
  for (const entry of await readdir(path, { withFileTypes: true })) {
    // Links are not followed: what they lead to is looked at where it lies.
    if (skipped.has(entry.name) || entry.isSymbolicLink()) continue
    yield* filesIn(join(path, entry.name))
  }
}

async function scanFile(file: string): Promise<Location[]> {
  const bytes = await readFile(file)
  // What holds a zero byte is no text.
  if (bytes.subarray(0, 8192).includes(0)) return []
  const text = bytes.toString('utf8')
  return findCredentials(text).map(({ rule, start, end }) => {
    const lines = text.slice(0, start).split('\n')
    return {
      file,
      line: lines.length,
      column: (lines.at(-1)?.length ?? 0) + 1,
      rule,
      shown: text.slice(start, Math.min(end, start + 4)),
    }
  })
}
