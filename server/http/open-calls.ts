import { getTRPCErrorFromUnknown } from '@trpc/server'
import type { jsonEncoder } from '@trpc/server/adapters/ws'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { TRPC_ERROR_CODES_BY_KEY, parseTRPCMessage } from '@trpc/server/rpc'
import type { TRPCClientOutgoingMessage } from '@trpc/server/rpc'
import { ArcError } from '@arcx/router'
import type { ArcErrorShape, UserId } from '@arcx/router'
import { withTrpcCode } from '@arcx/router/server'

type Kind = 'calls' | 'subscriptions'
type Counts = Record<Kind, number>
type RequestId = string | number
type Encoder = typeof jsonEncoder

/** At once, of one connection and of all of a person's together. */
export const mostOpen: { readonly connection: Readonly<Counts>; readonly person: Readonly<Counts> } = {
  connection: { calls: 100, subscriptions: 200 },
  person: { calls: 400, subscriptions: 2000 },
}

/** A subscription holds its id and what it was asked with for as long as it is open; a call, its id until it is answered. */
export const mostLetters = { id: 100, subscription: 4096 } as const

/** As it is: the router has no transformer. */
const asItIs = { serialize: (value: unknown) => value, deserialize: (value: unknown) => value }

/** Made once: who asks without end must not have an error made for each. */
const refusals = {
  idInUse: shapeOf(new ArcError('Invalid', 'id_in_use', 'A call by this id is under way on this connection.')),
  idTooLong: shapeOf(
    new ArcError('Invalid', 'id_too_long', `The id of a call has at most ${mostLetters.id} characters.`),
  ),
  inputTooLong: shapeOf(
    new ArcError(
      'Invalid',
      'input_too_long',
      `What a subscription is asked with has at most ${mostLetters.subscription} characters.`,
    ),
  ),
  ofConnection: { calls: overBound('calls', 'connection'), subscriptions: overBound('subscriptions', 'connection') },
  ofPerson: { calls: overBound('calls', 'person'), subscriptions: overBound('subscriptions', 'person') },
} as const

/** What people have under way over their WebSockets of the router. */
export class PeoplesCalls {
  readonly #counts = new Map<UserId, Counts>()

  of(userId: UserId, kind: Kind): number {
    return this.#counts.get(userId)?.[kind] ?? 0
  }

  add(userId: UserId, kind: Kind, count: 1 | -1): void {
    const counts = this.#counts.get(userId) ?? { calls: 0, subscriptions: 0 }
    counts[kind] += count
    if (counts.calls + counts.subscriptions === 0) this.#counts.delete(userId)
    else this.#counts.set(userId, counts)
  }
}

/**
 * What is under way on one WebSocket of the router. tRPC's adapter runs whatever a message asks for, so this stands
 * around what it reads and writes by: a call over a bound never reaches it, and is answered here.
 */
export class OpenCalls {
  readonly #userId: UserId
  readonly #people: PeoplesCalls
  readonly #open = new Map<RequestId, Kind>()
  readonly #counts: Counts = { calls: 0, subscriptions: 0 }

  constructor(userId: UserId, people: PeoplesCalls) {
    this.#userId = userId
    this.#people = people
  }

  /** `send`: to this connection. */
  around(encoder: Encoder, send: (text: ReturnType<Encoder['encode']>) => void): Encoder {
    return {
      encode: (message) => {
        this.#answered(message)
        return encoder.encode(message)
      },
      decode: (data) => {
        const read = encoder.decode(data)
        const messages = wellFormed(read)
        // The adapter reads it in the same way, and says what is wrong with it.
        if (messages === null) return read
        return messages.filter((message) => {
          const refusal = this.#admit(message)
          const id = refusal === refusals.idTooLong ? null : message.id
          if (refusal !== null) send(encoder.encode({ id, error: refusal }))
          return refusal === null
        })
      },
    }
  }

  /** The connection is closed: its subscriptions end with it, and calls when they are answered. */
  close(): void {
    for (const [id, kind] of this.#open) if (kind === 'subscriptions') this.#release(id, kind)
  }

  #admit(message: TRPCClientOutgoingMessage): object | null {
    const { id, method } = message
    // The adapter does no work for one without an id.
    if (id === null || method === 'subscription.stop') return null
    if (String(id).length > mostLetters.id) return refusals.idTooLong
    if (method === 'subscription' && JSON.stringify(message.params).length > mostLetters.subscription)
      return refusals.inputTooLong
    if (this.#open.has(id)) return refusals.idInUse
    const kind: Kind = method === 'subscription' ? 'subscriptions' : 'calls'
    if (this.#counts[kind] >= mostOpen.connection[kind]) return refusals.ofConnection[kind]
    if (this.#people.of(this.#userId, kind) >= mostOpen.person[kind]) return refusals.ofPerson[kind]
    this.#open.set(id, kind)
    this.#counts[kind] += 1
    this.#people.add(this.#userId, kind, 1)
    return null
  }

  #answered(message: unknown): void {
    if (!isRecord(message) || (typeof message['id'] !== 'string' && typeof message['id'] !== 'number')) return
    const { id, result } = message
    const kind = this.#open.get(id)
    if (kind === undefined) return
    if (kind === 'calls' || message['error'] !== undefined || (isRecord(result) && result['type'] === 'stopped'))
      this.#release(id, kind)
  }

  #release(id: RequestId, kind: Kind): void {
    this.#open.delete(id)
    this.#counts[kind] -= 1
    this.#people.add(this.#userId, kind, -1)
  }
}

function wellFormed(read: unknown): TRPCClientOutgoingMessage[] | null {
  try {
    // Read again by the adapter: it takes these as they are.
    for (const each of [read].flat()) parseTRPCMessage(each, { input: asItIs, output: asItIs })
    return [read].flat() as TRPCClientOutgoingMessage[]
  } catch {
    return null
  }
}

function overBound(kind: Kind, of: keyof typeof mostOpen) {
  const most = mostOpen[of][kind]
  const where = of === 'connection' ? 'on this connection' : 'on all your connections together'
  return shapeOf(
    new ArcError(
      'LimitReached',
      `too_many_${kind}`,
      kind === 'calls'
        ? `${most} calls are under way ${where}. Wait until one of them is answered.`
        : `${most} subscriptions are open ${where}. Close one of them first.`,
      { most },
    ),
  )
}

/** As the router puts it. */
function shapeOf(refusal: ArcError) {
  const error = getTRPCErrorFromUnknown(withTrpcCode(refusal))
  const arc: ArcErrorShape = { kind: refusal.kind, code: refusal.code, details: refusal.details }
  return {
    message: refusal.message,
    code: TRPC_ERROR_CODES_BY_KEY[error.code],
    data: { code: error.code, httpStatus: getHTTPStatusCodeFromError(error), arc },
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
