import { once } from 'node:events'
import { initTRPC } from '@trpc/server'
import { createHTTPServer } from '@trpc/server/adapters/standalone'

/** A tRPC server whose one procedure returns what its parent has sent; it tells what processor time it has had when asked. */
process.send?.('listening')
const [answer] = await once(process, 'message')
const t = initTRPC.create()
const server = createHTTPServer({ router: t.router({ list: t.procedure.query(() => answer as unknown) }) })
process.on('message', () => process.send?.(process.cpuUsage()))
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'))
process.once('disconnect', () => process.exit(0))
