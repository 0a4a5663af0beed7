import { STATUS_CODES } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { holds, replaceAll } from '../../replace/replacer.ts'
import { CodingUnknown, labelOf } from '../content-coding/codings.ts'
import type { Label } from '../content-coding/codings.ts'
import { hopByHop, namedIn } from '../request/outgoing.ts'
import { partOf } from '../request/ranges.ts'
import type { Part, Wanted } from '../request/ranges.ts'
import { Refusal } from '../policy/refusal.ts'
import type { Tenant } from '../tenants/tenants.ts'
import type { CallTrace } from '../records/call-trace.ts'

/** Headers or trailers with values made placeholders; one whose name holds a value is left out, as names have no case to tell it by. */
export function cleanHeaders(
  headers: IncomingHttpHeaders,
  tenant: Tenant,
  trace: CallTrace,
): Record<string, string | string[]> {
  const named = namedIn(typeof headers.connection === 'string' ? headers.connection : undefined)
  const out: Record<string, string | string[]> = {}
  const clean = (value: string) => {
    if (tenant.scrub === null) return value
    const { text, count } = replaceAll(tenant.scrub, value)
    trace.scrubbed += count
    return text
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':') || hopByHop.has(name) || named.has(name) || name === 'alt-svc')
      continue
    if (tenant.scrubInNames !== null && holds(tenant.scrubInNames, name)) {
      trace.scrubbed += 1
      continue
    }
    out[name] = typeof value === 'string' ? clean(value) : value.map(clean)
  }
  return out
}

/** A status line’s text: the server’s own where it is plain and holds nothing, or else the usual one. */
export function reasonOf(status: number, message: string | undefined, tenant: Tenant, trace: CallTrace): string {
  const usual = STATUS_CODES[status] ?? ''
  if (message === undefined || !/^[\t\x20-\x7e]*$/.test(message)) return usual
  if (tenant.scrub === null || !holds(tenant.scrub, message)) return message
  trace.scrubbed += 1
  return usual
}

/** How a body is labelled as coded, and whether it goes on so. @throws {Refusal} where it cannot be looked into. */
export function codedAs(
  headers: IncomingHttpHeaders,
  host: string,
  looks: boolean,
): { readonly label: Label; readonly isKept: boolean } | null {
  const transfer = textOf(headers['transfer-encoding'])
    .split(',')
    .map((each) => each.trim())
    .filter((each) => !/^(?:chunked|identity)?$/i.test(each))
  const content = textOf(headers['content-encoding'])
  try {
    // Of one hop alone: it is opened, whether or not anything is looked for (RFC 9112, section 6.1).
    const outer = labelOf(transfer.join(','))
    const inner = looks ? labelOf(content) : null
    if (outer !== null && inner !== null) throw new CodingUnknown('it is coded twice, for its transfer too')
    if (outer !== null) return { label: outer, isKept: false }
    return inner === null ? null : { label: inner, isKept: true }
  } catch (error) {
    if (!(error instanceof CodingUnknown)) throw error
    throw new Refusal(
      502,
      'coding_unknown',
      `The answer of ${host} cannot be looked into for secrets: ${error.message}.`,
    )
  }
}

/** Which part of a partial answer goes on. @throws {Refusal} where it is not the one that was asked for. */
export function partialAnswer(headers: IncomingHttpHeaders, wanted: Wanted | null, host: string): Part {
  const isCoded = labelOf(textOf(headers['content-encoding'])) !== null
  const part = wanted === null || isCoded ? null : partOf(textOf(headers['content-range']), wanted)
  if (part === null)
    throw new Refusal(
      502,
      'part_unknown',
      `${host} answered with a part of something${isCoded ? ' that is compressed' : ' that was not asked for so'}, in which a secret cannot be told. Ask for the whole.`,
    )
  return part
}

export const textOf = (value: string | readonly string[] | undefined): string =>
  typeof value === 'string' ? value : (value ?? []).join(',')
