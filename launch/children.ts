import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'

export interface Child {
  readonly name: string
  readonly process: ChildProcess
  /** Resolves with what ended it, whoever did. */
  readonly ended: Promise<string>
  /** Asks it to end, and after `graceMs` makes it. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<void>
}

export interface ChildOptions {
  readonly logFile: string
  readonly env?: NodeJS.ProcessEnv
  /** The signal it gets when this process dies without a word; none where it must outlive it. */
  readonly onOrphaned?: 'INT' | 'TERM'
}

/**
 * Starts a program that runs until it is stopped, in a session of its own: a Ctrl-C at the terminal reaches this
 * process alone, which then stops its children in order. Its output goes to a file.
 */
export function startChild(name: string, command: readonly string[], options: ChildOptions): Child {
  const log = openSync(options.logFile, 'a', 0o600)
  const guarded =
    options.onOrphaned === undefined ? command : ['setpriv', '--pdeathsig', options.onOrphaned, ...command]
  const [program = '', ...args] = guarded
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...options.env },
  })
  closeSync(log)
  return watchChild(name, child)
}

export function watchChild(name: string, child: ChildProcess): Child {
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  return {
    name,
    process: child,
    ended,
    async stop(signal, graceMs) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
      const exit = once(child, 'exit')
      child.kill(signal)
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await exit
      clearTimeout(timer)
    },
  }
}

/** Waits for what says that a child does its work. Where it fails or is given up, the child does not stay. */
export async function whenWorking<T>(child: Child, signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal?.reason)
  if (signal?.aborted === true) abort()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } catch (error) {
    work.catch(() => undefined)
    await child.stop('SIGKILL', 0)
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
    aborted.promise.catch(() => undefined)
  }
}
