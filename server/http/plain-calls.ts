import { TRPCError } from '@trpc/server'
import type { AnyTRPCProcedure } from '@trpc/server'
import type { FastifyRequest } from 'fastify'
import { mostCallsOfRequest } from '@arcx/router'
import { appRouter } from '@arcx/router/server'

/** A request as nearly all are: calls of queries by GET, or of mutations by POST, with their input in JSON. */
export interface PlainCalls {
  readonly type: 'query' | 'mutation'
  /** Whether the answer is a list, in the order of the calls. */
  readonly isBatch: boolean
  readonly calls: readonly PlainCall[]
}

export interface PlainCall {
  readonly path: string
  readonly procedure: AnyTRPCProcedure
  /** Parses it, the first time for all calls of the request. @throws where it is no JSON. */
  input(): unknown
}

type RequestFields = Pick<FastifyRequest, 'method' | 'url' | 'headers' | 'body'>

const { _def: definition } = appRouter
/** By its whole path, as the router keeps them at run time. */
const procedures = definition.procedures as unknown as Readonly<Record<string, AnyTRPCProcedure>>
const plainPath = /^[\w.]+(,[\w.]+)*$/

/** What a request calls; null for whatever is not plain, or wrong as a request, which tRPC's own adapter answers. */
export function plainCallsOf({ method, url, headers, body }: RequestFields, path: string): PlainCalls | null {
  const type = method === 'GET' ? 'query' : method === 'POST' ? 'mutation' : null
  if (type === null || !plainPath.test(path) || !takesPlainAnswer(headers)) return null
  const contentType = headers['content-type']
  const saysItsType = type === 'mutation' || contentType !== undefined
  if (saysItsType && !isJson(contentType)) return null
  const mark = url.indexOf('?')
  const query = mark === -1 ? null : new URLSearchParams(url.slice(mark + 1))
  for (const name of query?.keys() ?? []) if (name !== 'batch' && name !== 'input') return null
  const text = type === 'query' ? query?.get('input') || undefined : body
  if (typeof text !== 'string' && (type === 'mutation' || text !== undefined)) return null
  // Of a body, a mark of its encoding is no part.
  if (type === 'mutation' && text?.startsWith('\uFEFF') !== false) return null
  const isBatch = query?.get('batch') === '1'
  const paths = isBatch ? path.split(',') : [path]
  if (paths.length > mostCallsOfRequest) return null
  const inputs = inputsOf(text, isBatch)
  const calls: PlainCall[] = []
  for (const [index, each] of paths.entries()) {
    const procedure = Object.hasOwn(procedures, each) ? procedures[each] : undefined
    if (procedure === undefined || typeOf(procedure) !== type) return null
    calls.push({ path: each, procedure, input: () => inputs()[index] })
  }
  return { type, isBatch, calls }
}

const typeOf = ({ _def: { type } }: AnyTRPCProcedure) => type

/** Not one that comes in parts. */
const takesPlainAnswer = (headers: RequestFields['headers']): boolean =>
  headers['trpc-accept'] === undefined && headers.accept?.includes('application/jsonl') !== true

const isJson = (contentType: string | undefined): boolean =>
  contentType === 'application/json' || contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json'

type Inputs = Readonly<Record<number, unknown>>

function inputsOf(text: string | undefined, isBatch: boolean): () => Inputs {
  let read: { readonly inputs: Inputs } | { readonly refusal: unknown } | undefined
  return () => {
    read ??= attempt(() => (text === undefined ? {} : readInputs(text, isBatch)))
    if ('refusal' in read) throw read.refusal
    return read.inputs
  }
}

/** What failed is remembered too, so that a long text that is no JSON is not parsed again for every call. */
function attempt(read: () => Inputs): { readonly inputs: Inputs } | { readonly refusal: unknown } {
  try {
    return { inputs: read() }
  } catch (refusal) {
    return { refusal }
  }
}

function readInputs(text: string, isBatch: boolean): Inputs {
  let inputs: unknown
  try {
    inputs = JSON.parse(text)
  } catch (cause) {
    throw new TRPCError({
      code: 'BAD_REQUEST',
      message: cause instanceof Error ? cause.message : 'Invalid input',
      cause,
    })
  }
  if (!isBatch) return [inputs]
  if (typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs)) return { ...inputs }
  throw new TRPCError({
    code: 'BAD_REQUEST',
    message: '"input" needs to be an object when doing a batch call',
  })
}
