import { hashKey, useMutationState } from '@tanstack/react-query'
import type { MutationKey, MutationOptions } from '@tanstack/react-query'
import { useMemo } from 'react'
import { queryClient } from './client.ts'

/** A procedure of the client's that changes something. */
interface Mutation<Asked> {
  mutationKey(): MutationKey
  readonly '~types': { readonly input: Asked }
}

/** What an answer becomes once something that is asked for is done. */
export interface OptimisticChange<Data> {
  readonly key: string
  as(data: Data, asked: unknown): Data
}

/** `as` is handed what was asked of `procedure`. */
export function optimistically<Data, Asked>(
  procedure: Mutation<Asked>,
  as: (data: Data, asked: Asked) => Data,
): OptimisticChange<Data> {
  return { key: hashKey(procedure.mutationKey()), as: (data, asked) => as(data, asked as Asked) }
}

const mark = 'coming up: '
/** A temporary id for what the server does not know yet. */
export const pendingId = <Id extends string>(name: string): Id => `${mark}${name}` as Id
/** Whether the server does not know it yet, so that nothing can be done with it. */
export const isPending = ({ id }: { readonly id: string }): boolean => id.startsWith(mark)

/**
 * `data` as it will be once all that is under way is done, shown from the moment in which it is asked for. Nothing has to be
 * taken back: what the server refuses is not under way any more. So that nothing flickers, a mutation's `onSuccess` ends
 * when `data` is the new one. `optimistic` stays the same from one call to the next.
 */
export function useOptimistic<Data>(
  data: Data | undefined,
  optimistic: readonly OptimisticChange<Data>[],
): Data | undefined {
  const underway = useMutationState({
    filters: { status: 'pending' },
    select: ({ options: { mutationKey = [] }, state: { variables } }) => ({
      key: hashKey(mutationKey),
      asked: variables,
    }),
  })
  return useMemo(() => {
    if (data === undefined) return undefined
    return underway.reduce(
      (shown, { key, asked }) => optimistic.find((each) => each.key === key)?.as(shown, asked) ?? shown,
      data,
    )
  }, [data, optimistic, underway])
}

/** Asks for something from where no component is there any more, and has it shown ahead as well. */
export function perform<Data, Failure, Asked, Context>(
  options: MutationOptions<Data, Failure, Asked, Context>,
  asked: Asked,
): Promise<Data> {
  return queryClient.getMutationCache().build(queryClient, options).execute(asked)
}
