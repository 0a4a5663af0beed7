import { jsonEncoder } from '@trpc/server/adapters/ws'
import { Passing } from '@arcx/router/server'

interface EncodedMessage {
  /** What else stands in the message: its ids, of the request and of the event, each with its type, and what protocol it names. */
  readonly key: string
  readonly bytes: Buffer<ArrayBuffer>
}

/**
 * JSON, as tRPC's clients expect it. The items of subscriptions are the same objects for everybody whom they concern, so
 * each is put into words once: whoever gets it by the same ids gets the same bytes, of which a socket keeps no copy.
 */
export function sharedMessages(): typeof jsonEncoder {
  const told = new WeakMap<object, EncodedMessage>()
  return {
    encode(message) {
      const item = itemOf(message)
      if (item === null) return jsonEncoder.encode(message)
      const { key, passing, data } = item
      const known = told.get(data)
      const bytes = known?.key === key ? known.bytes : Buffer.from(JSON.stringify(message))
      if (bytes !== known?.bytes) told.set(data, { key, bytes })
      passing.letGo()
      return bytes
    },
    decode: jsonEncoder.decode,
  }
}

/** What a subscription yields (`resumable`), as tRPC wraps it. */
function itemOf(message: unknown): { readonly key: string; readonly passing: Passing; readonly data: object } | null {
  if (!isRecord(message) || !isRecord(message['result'])) return null
  const { id, jsonrpc, result } = message
  const { id: eventId, data: envelope } = result
  if (!isRecord(envelope) || !(envelope['data'] instanceof Passing)) return null
  const passing = envelope['data']
  return typeof passing.data === 'object' && passing.data !== null
    ? { key: JSON.stringify([id, eventId, jsonrpc]), passing, data: passing.data }
    : null
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
