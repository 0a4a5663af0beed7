import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import { redacted } from '@arcx/detector/redact'
import { findCredentials } from '@arcx/detector/detector'
import { findHomed } from '@arcx/detector/homes'
import { HeldText } from '../streams/held-text.ts'
import { matchesHost } from '../policy/host.ts'
import { Refusal } from '../policy/refusal.ts'
import type { Tenant } from '../tenants/tenants.ts'
import type { CallTrace } from '../records/call-trace.ts'

const pieceBytes = 64 * 1024
/** What may still belong to something that goes on; as far as the longest rule reaches. */
const overlapBytes = 12_000
/** A line that goes on for longer is taken in pieces like any other text. */
const mostLineBytes = 1024 * 1024
/** In a request, keys whose form is known are short. */
const keyBytes = 300

/** Whether credentials can be found in it at all. */
export const isText = (contentType: string | undefined): boolean =>
  contentType === undefined ||
  /^(?:text\/|application\/(?:[\w.+-]*(?:json|xml|yaml|javascript|x-www-form-urlencoded|graphql|toml)))/i.test(
    contentType,
  )

/**
 * Finds credentials of which nobody has told arcx in a body as it flows, and redacts them where it is to: letters
 * become x and digits 1, so that lengths, JSON and everything around stay as they are.
 */
export class UnknownCredentials extends Transform {
  readonly #trace: CallTrace
  readonly #redacts: boolean
  readonly #isLines: boolean
  readonly #held = new HeldText()

  constructor(trace: CallTrace, { redacts, lines }: { readonly redacts: boolean; readonly lines: boolean }) {
    super()
    this.#trace = trace
    this.#redacts = redacts
    this.#isLines = lines
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    // One character a byte.
    const text = chunk.toString('latin1')
    const cut = this.#cut(text)
    const clean = cut === 0 ? '' : this.#take(cut)
    // What is only looked at is not held up by it.
    done(null, this.#redacts ? Buffer.from(clean, 'latin1') : chunk)
  }

  override _flush(done: TransformCallback): void {
    const clean = this.#take(this.#held.length)
    done(null, this.#redacts ? Buffer.from(clean, 'latin1') : null)
  }

  /** With what has come now, as far as nothing that comes can change what is found. */
  #cut(text: string): number {
    const before = this.#held.length
    this.#held.add(text)
    const { length } = this.#held
    // In what has come alone, or whoever sends a long line byte by byte would have all of it looked through for each: an
    // end that is held already stands in the midst of a finding.
    const lineEnd = this.#isLines ? text.lastIndexOf('\n') + 1 : 0
    if (lineEnd > 0) return before + lineEnd
    return length >= (this.#isLines ? mostLineBytes : pieceBytes) ? length - overlapBytes : 0
  }

  #take(wanted: number): string {
    const held = this.#held.text
    const findings = findCredentials(held)
    const across = findings.find(({ start, end }) => start < wanted && end > wanted)
    const cut = across?.start ?? wanted
    const before = findings.filter(({ end }) => end <= cut)
    for (const { rule } of before) this.#trace.found(rule)
    this.#held.text = held.slice(cut)
    return redacted(held.slice(0, cut), before)
  }
}

/** Whether a text of a request carries a key that does not belong where it goes: noted, or refused. @throws {Refusal} */
export function judgePasted(text: string, host: string, tenant: Tenant, trace: CallTrace): void {
  if (tenant.pasted === 'off') return
  for (const { rule, start, end, hosts } of findHomed(text)) {
    const key = text.slice(start, end)
    // Placeholders look like keys, and are judged as what they are.
    if (
      hosts.some((pattern) => matchesHost(pattern, host)) ||
      tenant.secrets.some(({ placeholder }) => placeholder.includes(key) || key.includes(placeholder))
    )
      continue
    trace.found(rule)
    if (tenant.pasted === 'refuse') {
      throw new Refusal(
        403,
        'key_misplaced',
        `This request carries what looks like a key (${rule}) that belongs to ${hosts.join(', ')}, and not to ${host}. It was not sent. Keep keys as secrets; or, if this is meant, let such requests pass in the rules for where workspaces may go.`,
      )
    }
  }
}

/** The same for a body as it flows. */
export class PastedKeys extends Transform {
  readonly #judge: (text: string) => void
  #tail = ''

  constructor(judge: (text: string) => void) {
    super()
    this.#judge = judge
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const text = this.#tail + chunk.toString('latin1')
    try {
      this.#judge(text)
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)))
    }
    this.#tail = text.slice(-keyBytes)
    done(null, chunk)
  }
}
