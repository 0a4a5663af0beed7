import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Command } from '@commander-js/extra-typings'
import { Failure, exitCodes } from '../failure.ts'
import type { Output } from '../output/output.ts'
import type { Sessions } from '../session.ts'
import type { Server } from '../server/server.ts'
import { ensureRunning } from '../workspace.ts'

/** As the contract has it (`forwardCloseCodes`). */
const closeCodes = { over: 1000, reset: 4410 } as const

interface Pair {
  readonly local: number
  readonly remote: number
}

/** `3000`, or `8080:3000` for another here. */
function pairOf(text: string): Pair {
  const [, local, remote = local] = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(text) ?? []
  const pair = { local: Number(local), remote: Number(remote) }
  if (local === undefined || pair.local > 65_535 || pair.remote < 1 || pair.remote > 65_535)
    throw new Failure(`“${text}” is no port, nor two of them as HERE:THERE.`, 'usage', exitCodes.usage)
  return pair
}

export function addForwardCommand(program: Command, sessions: Sessions): void {
  program
    .command('port-forward')
    .summary('Reach ports of a workspace on this machine, until Ctrl-C.')
    .description(
      'Reach ports of a workspace on this machine, until Ctrl-C. Each side of a connection ends by itself, as with TCP, and a reset is one. 1024 connections may be open to a workspace at a time; more wait their turn.',
    )
    .argument('<workspace>')
    .argument('<port...>', 'a port, or HERE:THERE; HERE 0 is any free one')
    .option('--address <address>', 'where to listen', '127.0.0.1')
    .action(async (wanted, ports, options, command) => {
      const session = sessions.of(command)
      const pairs = ports.map(pairOf)
      const server = await session.server()
      const { name } = await ensureRunning(server, session.output, wanted)
      for (const pair of pairs) await listen(server, session.output, name, pair, options.address)
      await new Promise<void>((resolve) => {
        process.once('SIGINT', () => resolve())
        process.once('SIGTERM', () => resolve())
      })
      process.exit(exitCodes.ok)
    })
}

async function listen(
  server: Server,
  output: Output,
  workspace: string,
  { local, remote }: Pair,
  address: string,
): Promise<void> {
  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
    join(server, output, workspace, remote, socket),
  )
  await new Promise<void>((resolve, reject) => {
    listener.once('error', (error) =>
      reject(new Failure(`Port ${local} cannot be used here: ${error.message}`, 'port_taken', exitCodes.failed)),
    )
    listener.listen(local, address, resolve)
  })
  const { port } = listener.address() as AddressInfo
  output.item({ address, local: port, remote, workspace }, `${address}:${port} → ${workspace}:${remote}`)
}

/** One connection: each side's end of sending is carried as such, and a reset as a reset. */
function join(server: Server, output: Output, workspace: string, remote: number, socket: Socket): void {
  // It is not read before there is somewhere to send it.
  const stream = server.stream(`/forward?${new URLSearchParams({ workspace, port: String(remote) })}`)
  stream.on('open', () => socket.resume())
  socket.on('data', (bytes: Buffer) => {
    socket.pause()
    stream.send(bytes, () => socket.resume())
  })
  socket.on('end', () => stream.send(Buffer.alloc(0), () => undefined))
  socket.on('drain', () => stream.resume())
  stream.on('message', (data, isBinary) => {
    const bytes = data as Buffer
    if (!isBinary) {
      const note = JSON.parse(String(bytes)) as { readonly message?: string }
      output.note(note.message ?? 'The server refused it.')
    } else if (bytes.length === 0) socket.end()
    else if (!socket.write(bytes)) stream.pause()
  })
  stream.on('error', (error) => {
    if (stream.readyState !== stream.OPEN) output.note(`The server cannot be reached (${error.message}).`)
  })
  stream.on('close', (code) => {
    if (code !== closeCodes.over) socket.resetAndDestroy()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    // Whoever has neither ended nor heard an end was reset.
    if (!socket.readableEnded || !socket.writableFinished) stream.close(closeCodes.reset)
    stream.resume()
  })
}
