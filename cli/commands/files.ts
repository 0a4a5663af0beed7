import type { Stats } from 'node:fs'
import { mkdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, posix, resolve } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import type { Command } from '@commander-js/extra-typings'
import { ArchiveError, readArchive } from '../copy/archive.ts'
import { pack } from '../copy/pack.ts'
import { nameInArchive, noSource, receive, send } from '../copy/programs.ts'
import { Skipped } from '../copy/skipped.ts'
import { Unpacking } from '../copy/unpack.ts'
import { Failure, exitCodes } from '../failure.ts'
import type { Output } from '../output/output.ts'
import { legibleLines } from '../output/legible.ts'
import type { Sessions } from '../session.ts'
import { ToolRun } from '../server/tool-run.ts'
import type { Server } from '../server/server.ts'
import { ensureRunning } from '../workspace.ts'

type CopyEndpoint =
  | { readonly kind: 'here'; readonly path: string }
  | { readonly kind: 'there'; readonly workspace: string; readonly path: string }

/** Of one side, and what was not copied from it. */
interface Copying {
  readonly server: Server
  readonly output: Output
  readonly workspace: string
  readonly skipped: Skipped
}

/** `workspace:path`, or a path here; one that has a colon in it is written `./with:colon`. */
function placeOf(text: string): CopyEndpoint {
  const [, workspace, path] = /^([a-z0-9][a-z0-9-]*):(.*)$/s.exec(text) ?? []
  if (workspace === undefined || path === undefined) return { kind: 'here', path: text }
  return { kind: 'there', workspace, path: path === '' ? '.' : path }
}

export function addFileCommands(program: Command, sessions: Sessions): void {
  program
    .command('cp')
    .summary('Copy files and folders into a workspace, or out of it.')
    .description(
      'Copy a file or folder into a workspace, or out of it: one side is written workspace:path. Into a folder that is there it goes by its own name, and is merged with what is there: files are replaced, nothing is removed, and no file takes a folder’s place or the other way round. What cannot be copied is told, and the exit code is 1 then: FIFOs, sockets and devices; links that lead out of what is copied out of a workspace; what may not be read.',
    )
    .argument('<from>')
    .argument('<to>')
    .addHelpText('after', '\nA path in a workspace that is not absolute lies in the project’s folder; ~/ is the home.')
    .action(async (from, to, _options, command) => {
      if (from === '-' || to === '-')
        throw new Failure(
          'Standard input and output are not copied. For one file use arcx exec: arcx exec my-project -- cat file. A file here that is called - is written ./-',
          'usage',
          exitCodes.usage,
        )
      const session = sessions.of(command)
      const { output } = session
      const server = await session.server()
      const [source, target] = [placeOf(from), placeOf(to)]
      const skipped = new Skipped((text) => output.note(text))
      const copying = async (wanted: string): Promise<Copying> => ({
        server,
        output,
        skipped,
        workspace: (await ensureRunning(server, output, wanted)).name,
      })
      if (source.kind === 'here' && target.kind === 'there')
        await upload(await copying(target.workspace), source.path, target.path)
      else if (source.kind === 'there' && target.kind === 'here')
        await download(await copying(source.workspace), source.path, target.path)
      else
        throw new Failure(
          'One side, and only one, is in a workspace: arcx cp ./file my-project:file',
          'usage',
          exitCodes.usage,
        )
      // As cp(1), silent for programs.
      if (process.stderr.isTTY) output.note(`Copied ${from} to ${to}.`)
      output.result({ from, to }, '')
    })
}

async function upload({ server, output, workspace, skipped }: Copying, path: string, to: string): Promise<void> {
  // A link that is named itself stands for where it leads.
  const from = await realpath(resolve(path)).catch(() => null)
  if (from === null)
    throw new Failure(`No such file or folder on this machine: ${path}`, 'file_not_found', exitCodes.notFound)
  const input = Readable.from(pack(Buffer.from(from), Buffer.from(nameInArchive), skipped), { objectMode: false })
  const run = new ToolRun(server, workspace, ['sh', '-c', receive, 'sh', to, basename(resolve(path))], {
    input,
    output: new PassThrough().resume(),
  })
  const { code, said } = await run.untilOver()
  reportCopy(output, code, said, skipped, 'It could not be written in the workspace')
}

/** What comes from a workspace is not trusted, and neither is what it calls it: its place here is decided here. */
async function download({ server, output, workspace, skipped }: Copying, from: string, to: string): Promise<void> {
  const localPath = await localPathFor(from, to)
  const archive = new PassThrough()
  const run = new ToolRun(server, workspace, ['sh', '-c', send, 'sh', from], { input: null, output: archive })
  const unpacking = new Unpacking(Buffer.from(localPath), skipped)
  const [unpacked, { code, said }] = await Promise.all([
    unpackAll(archive, unpacking).then(
      () => null,
      (error: unknown) => {
        run.close()
        return { error }
      },
    ),
    run.untilOver().catch((error: unknown) => {
      archive.destroy(error instanceof Error ? error : new Error(String(error)))
      return { code: null, said: '' }
    }),
  ])
  if (unpacked !== null && unpacking.isEmpty && code !== null && code !== 0) {
    const isMissing = code === noSource
    throw new Failure(
      said === '' ? `It could not be read in the workspace (${code}).` : legibleLines(said),
      isMissing ? 'file_not_found' : 'copy_failed',
      isMissing ? exitCodes.notFound : exitCodes.failed,
    )
  }
  if (unpacked?.error instanceof ArchiveError)
    throw new Failure(`The copy broke off: ${unpacked.error.message}`, 'copy_failed', exitCodes.failed)
  if (unpacked !== null) throw unpacked.error
  reportCopy(output, code, said, skipped, 'It could not be read in the workspace')
}

async function unpackAll(archive: PassThrough, unpacking: Unpacking): Promise<void> {
  for await (const { entry, body } of readArchive(archive)) await unpacking.take(entry, body)
  await unpacking.finish()
}

/** Where it goes here, under the name that was asked for. */
async function localPathFor(from: string, to: string): Promise<string> {
  const target = resolve(to)
  if (/[/\\]$/.test(to)) await mkdir(target, { recursive: true })
  const there: Stats | null = await stat(target).catch(() => null)
  if (there?.isDirectory() === true) return join(await realpath(target), nameOf(from))
  // The file behind a link, where one was named.
  if (there !== null) return realpath(target)
  const parent = await realpath(dirname(target)).catch(() => null)
  if (parent === null)
    throw new Failure(`No such folder on this machine: ${dirname(target)}`, 'file_not_found', exitCodes.notFound)
  return join(parent, basename(target))
}

/** What a path in a workspace is called at its end, also `.` and `~`. */
function nameOf(from: string): string {
  const name = posix.basename(posix.resolve('/home/arc/project', from.replace(/^~(?=\/|$)/, '/home/arc')))
  if (name === '') throw new Failure('Name a folder: a whole workspace is not copied.', 'usage', exitCodes.usage)
  return name
}

/** Prints what was not copied. @throws where anything was not. */
function reportCopy(output: Output, code: number | null, said: string, skipped: Skipped, otherwise: string): void {
  const lines = said === '' ? [] : legibleLines(said).split('\n')
  if (code !== 0 && lines.length === 1 && skipped.count === 0)
    throw new Failure(lines[0] ?? '', 'copy_failed', exitCodes.failed)
  for (const line of lines) output.note(line)
  if (code !== 0 && lines.length === 0 && skipped.count === 0)
    throw new Failure(`${otherwise} (${code}).`, 'copy_failed', exitCodes.failed)
  if (code !== 0 || lines.length > 0 || skipped.count > 0)
    throw new Failure('Not all of it was copied.', 'copy_incomplete', exitCodes.failed)
}
