/** What asks a process to end: Ctrl-C, a process manager, and a terminal that is closed. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Calls once when this process is asked to end. The same wish may come more than once: a Ctrl-C reaches every process at
 * the terminal, and npm and `start.mjs` hand it on besides. It also comes when the process that started this one is gone.
 */
export function onceAskedToStop(stop: () => void): void {
  let asked = false
  const ask = () => {
    if (!asked) stop()
    asked = true
  }
  for (const signal of stopSignals) process.on(signal, ask)
  if (process.channel === undefined) return
  process.on('disconnect', ask)
  // It says that the other side lives, and holds nothing open.
  process.channel?.unref()
}
