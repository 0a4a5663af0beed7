/**
 * A callback that answers for its own errors: what `work` throws, or its promise rejects with, goes to `onError`, with
 * what the callback was called with, and no further. Every callback of a socket, a server or a timer is one, as nobody
 * else is there to catch it.
 */
export function guarded<A extends readonly unknown[]>(
  work: (...args: A) => unknown,
  onError: (error: unknown, ...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    try {
      const outcome = work(...args)
      if (outcome instanceof Promise) outcome.catch((error: unknown) => onError(error, ...args))
    } catch (error) {
      onError(error, ...args)
    }
  }
}
