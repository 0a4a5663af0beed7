import { spawn } from 'node:child_process'
import { LaunchError } from './progress.ts'

export interface CommandResult {
  readonly code: number
  readonly output: string
}

/** Runs a program to its end and collects what it says. Never through a shell. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; onLine?: (line: string) => void; signal?: AbortSignal } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      ...(options.cwd ? { cwd: options.cwd } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    })
    let output = ''
    const take = (chunk: Buffer) => {
      const text = chunk.toString()
      output = (output + text).slice(-200_000)
      for (const line of text.split('\n')) if (line.trim() !== '') options.onLine?.(line.trimEnd())
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/** The same, but anything except success is a `LaunchError` that says what was meant to happen. */
export async function must(
  what: string,
  program: string,
  args: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<string> {
  let result: CommandResult
  try {
    result = await run(program, args, options)
  } catch (error) {
    throw new LaunchError(`${what}: ${program} could not be run (${error instanceof Error ? error.message : error}).`)
  }
  if (result.code !== 0) {
    const last = result.output
      .trim()
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-3)
      .join(' | ')
    throw new LaunchError(`${what}: ${program} failed: ${last.slice(-400)}`)
  }
  return result.output
}

export async function isInstalled(program: string): Promise<string | null> {
  const path = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`
  const { access, constants } = await import('node:fs/promises')
  for (const directory of path.split(':')) {
    const candidate = `${directory}/${program}`
    if (
      directory !== '' &&
      (await access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      return candidate
  }
  return null
}
