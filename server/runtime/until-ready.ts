import type { SupervisorClient } from './supervisor-client.ts'

const readyTimeoutMs = 60_000

/** Resolves once the IDE answers. @throws when it does not in time, when `ended` resolves first, and when the signal aborts. */
export async function untilReady(
  supervisor: SupervisorClient,
  ended: Promise<void>,
  outer: AbortSignal,
): Promise<void> {
  const timeout = AbortSignal.timeout(readyTimeoutMs)
  const over = new AbortController()
  void ended.then(
    () => over.abort(),
    () => undefined,
  )
  const signal = AbortSignal.any([timeout, over.signal, outer])
  for (;;) {
    try {
      return await supervisor.ready(signal)
    } catch (error) {
      if (outer.aborted) throw error
      if (over.signal.aborted) throw new Error('The workspace ended before VS Code answered.', { cause: error })
      if (timeout.aborted)
        throw new Error(`VS Code did not answer within ${readyTimeoutMs / 1000} s.`, { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
