/** How long the server may take to answer before it counts as out of reach. */
const answerMs = 1500
const againMs = 2000

/**
 * Finds out whether the server can be reached, when there is reason to doubt it, and from then on until it can. `onReach` is
 * told. The browser alone does not know: without a network, a server on the same machine is there all the same; and a
 * connection that is open finds out only when a keep-alive message is not answered.
 */
export function watchReach(onReach: (isInReach: boolean) => void): () => void {
  let asking = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const doubt = () => {
    if (asking) return
    asking = true
    clearTimeout(timer)
    fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(answerMs) })
      .then(
        () => onReach(true),
        () => {
          onReach(false)
          timer = setTimeout(doubt, againMs)
        },
      )
      .finally(() => (asking = false))
  }
  addEventListener('offline', doubt)
  addEventListener('online', doubt)
  return doubt
}
