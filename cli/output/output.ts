import { styleText } from 'node:util'
import type { Failure } from '../failure.ts'

type Style = Parameters<typeof styleText>[0]

/** What people and programs are shown: results on standard output, everything else on standard error. */
export class Output {
  readonly json: boolean

  constructor(json: boolean) {
    this.json = json
  }

  /** The result: JSON where that was asked for, else the lines. */
  result(data: unknown, lines: string | readonly string[]): void {
    const text = this.json ? JSON.stringify(data, null, 2) : typeof lines === 'string' ? lines : lines.join('\n')
    if (text !== '') process.stdout.write(`${text}\n`)
  }

  /** The result as it is, with no line's end of its own; JSON where that was asked for. */
  exactly(data: unknown, text: string): void {
    process.stdout.write(this.json ? `${JSON.stringify(data, null, 2)}\n` : text)
  }

  /** One item of a stream of them: a line of JSON, or of text. */
  item(data: unknown, line: string): void {
    process.stdout.write(`${this.json ? JSON.stringify(data) : line}\n`)
  }

  note(text: string): void {
    if (!this.json) process.stderr.write(`${text}\n`)
  }

  failure({ code, message }: Failure): void {
    process.stderr.write(
      this.json
        ? `${JSON.stringify({ error: { code, message } })}\n`
        : `${styleText('red', 'arcx:', { stream: process.stderr })} ${message}\n`,
    )
  }

  paint(style: Style, text: string): string {
    return styleText(style, text, { stream: process.stdout })
  }

  /** A progress line that is written over on a terminal, and a line each elsewhere. */
  progress(): { update(text: string): void; end(): void } {
    if (this.json) return { update: () => undefined, end: () => undefined }
    let shown = ''
    const { isTTY } = process.stderr
    return {
      update(text) {
        if (text === shown) return
        shown = text
        process.stderr.write(isTTY ? `\r\u001B[2K${text}…` : `${text}\n`)
      },
      end() {
        if (isTTY && shown !== '') process.stderr.write('\r\u001B[2K')
        shown = ''
      },
    }
  }
}

/** Columns as wide as what is in them. What a workspace has named moves no cursor and sets no title: it is shown without that. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows].map((row) => row.map(harmless))
  const widths = head.map((_, column) => Math.max(...all.map((row) => plainLength(row[column] ?? ''))))
  return all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - plainLength(cell))))
      .join('  ')
      .trimEnd(),
  )
}

const harmless = (text: string) =>
  text.replace(/\u001B\[[\d;]*m|\p{Cc}/gu, (found) => (found.length > 1 ? found : '\uFFFD'))

const plainLength = (text: string) => text.replace(/\u001B\[[\d;]*m/g, '').length

/** `3 min ago`, as one reads it. */
export function ago(iso: string | null, now = Date.now()): string {
  if (iso === null) return 'never'
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000))
  if (seconds < 60) return 'just now'
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} d ago`
}

/** `1.4 GB`, as one reads it. */
export function spokenBytes(bytes: number): string {
  return bytes >= 2 ** 30
    ? `${(bytes / 2 ** 30).toFixed(bytes >= 10 * 2 ** 30 ? 0 : 1)} GB`
    : `${Math.round(bytes / 2 ** 20)} MB`
}
