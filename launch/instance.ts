import { rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

export const Instance = z.object({
  pid: z.number(),
  publicOrigin: z.string(),
  listen: z.string(),
  port: z.number(),
  stopping: z.boolean().default(false),
})
export type Instance = z.infer<typeof Instance>

const socketOf = (directory: string) => join(directory, 'launch.sock')

/** The arcx that runs on this data directory, or `null`. A socket, unlike a file, cannot outlive its process. */
export async function runningInstance(directory: string): Promise<Instance | null> {
  const socket = connect(socketOf(directory))
  try {
    return Instance.parse(JSON.parse(await text(socket)))
  } catch {
    return null
  } finally {
    socket.destroy()
  }
}

/** Makes this process the one on the data directory. Rejects when another was quicker. */
export async function claimInstance(directory: string, instance: () => Instance): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end(JSON.stringify(instance()))
  })
  await rm(socketOf(directory), { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketOf(directory), resolve)
  })
  server.unref()
  return server
}
