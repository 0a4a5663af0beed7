import { hashKey, useMutationState } from '@tanstack/react-query'
import type { MutationKey, MutationOptions } from '@tanstack/react-query'
import { useMemo } from 'react'
import { queryClient } from './client.ts'

/** A mutation procedure of the tRPC client. */
interface Mutation<Input> {
  mutationKey(): MutationKey
  readonly '~types': { readonly input: Input }
}

/** How cached data changes once a mutation has succeeded. */
export interface OptimisticChange<Data> {
  readonly key: string
  as(data: Data, input: unknown): Data
}

/** `as` gets the data and the input of a call of `procedure`. */
export function optimistically<Data, Input>(
  procedure: Mutation<Input>,
  as: (data: Data, input: Input) => Data,
): OptimisticChange<Data> {
  return { key: hashKey(procedure.mutationKey()), as: (data, input) => as(data, input as Input) }
}

const prefix = 'coming up: '
/** A temporary id for what the server does not know yet. */
export const pendingId = <Id extends string>(name: string): Id => `${prefix}${name}` as Id
/** Whether the server does not know it yet, so that nothing can be done with it. */
export const isPending = ({ id }: { readonly id: string }): boolean => id.startsWith(prefix)

/**
 * `data` as it will be once all pending mutations have succeeded, shown from the moment they are called. Nothing has to be
 * rolled back: a mutation that the server refuses is not pending any more. So that nothing flickers, a mutation's `onSuccess` ends
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
      input: variables,
    }),
  })
  return useMemo(() => {
    if (data === undefined) return undefined
    return underway.reduce(
      (shown, { key, input }) => optimistic.find((each) => each.key === key)?.as(shown, input) ?? shown,
      data,
    )
  }, [data, optimistic, underway])
}

/** Asks for something from where no component is there any more, and has it shown ahead as well. */
export function perform<Data, Failure, Input, Context>(
  options: MutationOptions<Data, Failure, Input, Context>,
  input: Input,
): Promise<Data> {
  return queryClient.getMutationCache().build(queryClient, options).execute(input)
}
