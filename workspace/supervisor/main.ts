import { statSync } from 'node:fs'
import { join } from 'node:path'
import { openEgress } from './egress.ts'
import { keepEnvironment, personEnvironment } from './environment.ts'
import { Ide, furnishHome } from './ide.ts'
import { readOrders } from './orders.ts'
import { serveReports } from './reports.ts'
import { Samples } from './samples.ts'
import { openTcpDoor } from './tcp-door.ts'
import { Traffic } from './traffic.ts'

const home = '/home/arc'
const identity = 'arcx-supervisor'

/** The first program of a workspace. It keeps root only to run the IDE as the person who owns the home. */
const orders = await readOrders(process.stdin, 10_000)
const { uid, gid } = statSync(home)
if (uid === 0) throw new Error('The home belongs to root; a workspace never runs as root.')
const person = { uid, gid, home }

await furnishHome(person)
const ideSocket = join(orders.sockets, 'ide.sock')
const traffic = new Traffic()
const variables = { ...openEgress(orders, traffic), ...personEnvironment(home, orders.workspaceName) }
keepEnvironment(variables)
const ide = new Ide(ideSocket, person, orders.workspaceName, variables, () => {
  process.stderr.write('The IDE keeps ending; the workspace stops.\n')
  process.exit(1)
})
const samples = new Samples(ideSocket, orders.tcpPort, traffic)
if (orders.tcpPort !== null) openTcpDoor(orders.tcpPort, ideSocket)
const key = Buffer.from(orders.key, 'base64')
await serveReports(join(orders.sockets, 'supervisor.sock'), key, identity, ide.ready, samples)

const stop = async () => {
  samples.stop()
  await ide.stop()
  process.exit(0)
}
process.once('SIGTERM', () => void stop())
process.once('SIGINT', () => void stop())
