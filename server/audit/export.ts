import type { AuditEntryView } from '@arcx/router'

const columns = [
  'id',
  'at',
  'actorKind',
  'actorId',
  'action',
  'targetKind',
  'targetId',
  'targetName',
  'address',
  'requestId',
  'outcome',
  'hash',
] as const

/** One JSON object a line (jsonlines.org). */
export async function* asJsonLines(entries: AsyncIterable<AuditEntryView>): AsyncIterable<string> {
  for await (const entry of entries)
    yield `${JSON.stringify(Object.fromEntries(columns.map((column) => [column, entry[column]])))}\n`
}

/** RFC 4180. Null and empty are told apart: null is nothing between the commas, empty is "". */
export async function* asCsv(entries: AsyncIterable<AuditEntryView>): AsyncIterable<string> {
  yield `${columns.join(',')}\r\n`
  for await (const entry of entries) yield `${columns.map((column) => csvCell(entry[column])).join(',')}\r\n`
}

/** RFC 4180, and no formula. */
export function csvCell(value: string | null): string {
  if (value === null) return ''
  // A spreadsheet would run what begins so; the mark before it keeps it text, and whoever verifies reads JSON lines.
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return harmless === '' || /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
