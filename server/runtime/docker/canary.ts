import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { z } from 'zod'
import { confinement, labels } from './container.ts'
import type { ContainerSettings } from './container.ts'
import { ask } from './client.ts'
import type { DockerClient } from './client.ts'
import { LogFrames } from './log-frames.ts'
import { openTrap } from './trap.ts'

const Findings = z.object({ nonce: z.string(), reached: z.array(z.string()), resolved: z.boolean() })

/** Isolation does not hold on this machine. Its message is a line for the person who starts arcx. */
export class IsolationBreach extends Error {
  override readonly name = 'IsolationBreach'
}

/**
 * Opens a port on all of the host's addresses and runs a workspace that tries to reach it, by TCP and UDP.
 * @throws {IsolationBreach} when it gets through, or when the trial itself proves nothing.
 */
export async function tryIsolation(
  engine: DockerClient,
  settings: ContainerSettings,
  outsideNames: 'closed' | 'open',
): Promise<void> {
  const nonce = randomUUID()
  const trap = await openTrap(nonce)
  try {
    await proveOpen(trap.port)
    const findings = await runCanary(
      engine,
      settings,
      nonce,
      hostAddresses(settings).map((address) => `${address}:${trap.port}`),
    )
    if (findings.nonce !== nonce)
      throw new IsolationBreach('The isolation trial gave no answer; workspaces cannot be proven isolated.')
    const leaks = [...findings.reached, ...trap.caught]
    if (leaks.length > 0) {
      throw new IsolationBreach(
        `A workspace could reach this machine (${leaks[0]}). Check that iptables works and that nothing removes arcx's rules, or set ARC_ISOLATION=sealed.`,
      )
    }
    if (findings.resolved && outsideNames === 'closed') {
      throw new IsolationBreach('A workspace could resolve an outside name although ARC_EGRESS is none.')
    }
  } finally {
    trap.close()
  }
}

/** The host reaches its own port: so when the canary does not, that means something. */
async function proveOpen(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  socket.destroy()
}

function hostAddresses(settings: ContainerSettings): string[] {
  const addresses = new Set<string>(['127.0.0.1'])
  if (settings.isolation.form === 'networked') addresses.add(settings.isolation.network.gateway)
  for (const list of Object.values(networkInterfaces())) {
    for (const entry of list ?? []) if (entry.family === 'IPv4' && !entry.internal) addresses.add(entry.address)
  }
  return [...addresses]
}

async function runCanary(engine: DockerClient, settings: ContainerSettings, nonce: string, targets: readonly string[]) {
  const container = await ask(
    engine.createContainer({
      Image: settings.image,
      Entrypoint: ['/usr/local/bin/node', '/opt/arcx/canary/main.ts', nonce, ...targets],
      User: '1000:1000',
      Labels: { [labels.deployment]: settings.deployment, [labels.role]: 'canary' },
      HostConfig: confinement(settings),
    }),
  )
  try {
    await ask(container.start())
    await ask(container.wait({ abortSignal: AbortSignal.timeout(30_000) }))
    const log = (await ask(container.logs({ stdout: true, stderr: true, timestamps: true }))) as Buffer
    const lines = new LogFrames().read(log)
    const said = lines.find((line) => line.data.stream === 'stdout')?.data.text
    if (said === undefined) {
      const why = lines
        .map((line) => line.data.text)
        .join(' ')
        .slice(0, 200)
      throw new IsolationBreach(`The isolation trial could not run: ${why || 'it said nothing'}`)
    }
    return Findings.parse(JSON.parse(said))
  } finally {
    await container.remove({ force: true }).catch(() => undefined)
  }
}
