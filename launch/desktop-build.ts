import { join } from 'node:path'
import { must } from './command.ts'
import type { Progress } from './progress.ts'

/** Builds the desktop app's two programs: the main process and the preload. */
export async function buildDesktop(repository: string, progress: Progress): Promise<void> {
  progress.update('Building the desktop app')
  const vite = join(repository, 'node_modules/vite/bin/vite.js')
  const directory = join(repository, 'desktop')
  await must('The desktop app could not be built', process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: directory,
  })
  await must(
    'The desktop app’s preload could not be built',
    process.execPath,
    [vite, 'build', '--mode', 'preload', '--logLevel', 'warn'],
    { cwd: directory },
  )
}
