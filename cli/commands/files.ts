import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import type { Command } from '@commander-js/extra-typings'
import { create, extract } from 'tar'
import { Failure, exitCodes } from '../failure.ts'
import type { Sessions } from '../program.ts'
import { runProgram } from '../server/exec-stream.ts'
import type { Server } from '../server/server.ts'
import { ensureRunning } from '../workspace.ts'

/** `~/` is the home, anything else that is not absolute lies in the project's folder. */
const resolvePath = 'case "$1" in "~") set -- "$HOME" ;; "~/"*) set -- "$HOME/${1#\\~/}" ;; esac; at=$1'
const receive = `name=$2; ${resolvePath}
case "$at" in */) mkdir -p -- "$at" || exit ;; esac
if [ -d "$at" ]; then exec tar -xf - -C "$at"; fi
parent=$(dirname -- "$at")
draft=$(mktemp -d "$parent/.arcx-cp-XXXXXX") || exit
trap 'rm -rf "$draft"' EXIT
tar -xf - -C "$draft" && mv -T -- "$draft/$name" "$at"`
const send = `${resolvePath}
[ -e "$at" ] || { echo "There is no $at in the workspace." >&2; exit 1; }
at=$(realpath -s -- "$at")
exec tar -cf - -C "$(dirname -- "$at")" -- "$(basename -- "$at")"`

type Place = { readonly kind: 'here'; readonly path: string } | { readonly kind: 'there'; readonly workspace: string; readonly path: string }

/** `workspace:path`, or a path here; one that has a colon in it is written `./with:colon`. */
function placeOf(text: string): Place {
  const [, workspace, path] = /^([a-z0-9][a-z0-9-]*):(.*)$/s.exec(text) ?? []
  if (workspace === undefined || path === undefined) return { kind: 'here', path: text }
  return { kind: 'there', workspace, path: path === '' ? '.' : path }
}

export function addFileCommands(program: Command, sessions: Sessions): void {
  program
    .command('cp')
    .description('Copy a file or folder into a workspace, or out of it: one side is written workspace:path.')
    .argument('<from>')
    .argument('<to>')
    .addHelpText('after', '\nA path in a workspace that is not absolute lies in the project’s folder; ~/ is the home. Into a folder that is there, it goes by its own name.')
    .action(async (from, to, _options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const [source, target] = [placeOf(from), placeOf(to)]
      if (source.kind === 'here' && target.kind === 'there') await upload(server, source.path, (await ensureRunning(server, session.output, target.workspace)).name, target.path)
      else if (source.kind === 'there' && target.kind === 'here') await download(server, (await ensureRunning(server, session.output, source.workspace)).name, source.path, target.path)
      else throw new Failure('One side, and only one, is in a workspace: arcx cp ./file my-project:file', 'usage', exitCodes.usage)
      session.output.result({ from, to }, '')
    })
}

async function upload(server: Server, path: string, workspace: string, to: string): Promise<void> {
  const from = resolve(path)
  if ((await stat(from).catch(() => null)) === null) throw new Failure(`There is no ${path} here.`, 'file_not_found', exitCodes.notFound)
  const name = basename(from)
  const input = Readable.from(create({ cwd: dirname(from) }, [`./${name}`]))
  const { code, said } = await runProgram(server, workspace, ['sh', '-c', receive, 'sh', to, name], { input, output: new PassThrough().resume() })
  if (code !== 0) throw new Failure(said === '' ? `It could not be written in the workspace (${code}).` : said, 'copy_failed', exitCodes.failed)
}

/** What comes from a workspace is not trusted: nothing is written outside the folder meant for it (`tar` refuses `..`, links out and what is behind them). */
async function download(server: Server, workspace: string, from: string, to: string): Promise<void> {
  const target = resolve(to)
  const isFolder = (await stat(target).catch(() => null))?.isDirectory() === true
  const parent = isFolder ? target : dirname(target)
  if ((await stat(parent).catch(() => null)) === null) throw new Failure(`There is no folder ${parent} here.`, 'file_not_found', exitCodes.notFound)
  const draft = await mkdtemp(join(parent, '.arcx-cp-'))
  try {
    const output = new PassThrough()
    const unpack = extract({ cwd: draft, preserveOwner: false })
    const unpacked = new Promise<Error | null>((resolve) => {
      unpack.on('close', () => resolve(null))
      unpack.on('error', (error: unknown) => resolve(error instanceof Error ? error : new Error(String(error))))
    })
    output.pipe(unpack as unknown as NodeJS.WritableStream)
    const { code, said } = await runProgram(server, workspace, ['sh', '-c', send, 'sh', from], { output })
    if (code !== 0) throw new Failure(said === '' ? `It could not be read in the workspace (${code}).` : said, 'copy_failed', exitCodes.failed)
    const broken = await unpacked
    const [name, another] = await readdir(draft)
    if (broken !== null || name === undefined || another !== undefined) throw new Failure('The workspace sent something else than was asked for.', 'copy_failed', exitCodes.failed)
    const place = isFolder ? join(target, name) : target
    if (isFolder) await rm(place, { recursive: true, force: true })
    await rename(join(draft, name), place)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
