import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import Docker from 'dockerode'
import { expect, onTestFinished, test, vi } from 'vitest'
import { testDirectory, testRun } from '@arcx/testing/run'
import type { Child } from './children.ts'
import { isInstalled, run as command } from './command.ts'
import { isRoot } from './distribution.ts'
import { startEngine, untilLastEngineHasEnded } from './docker-engine.ts'
import { SupervisedProcess } from './supervised-process.ts'
import { silentProgress } from './progress.ts'

const canRun = isRoot() && (await isInstalled('dockerd')) !== null

test.skipIf(!canRun)(
  'an engine of our own that is killed is started again, and its containers run on as if nothing had been',
  async () => {
    const run = testRun()
    const directory = await testDirectory(run, 'engine')
    const logs = join(directory, 'logs')
    await mkdir(logs)
    const host = `unix://${directory}/docker.sock`
    const machinesBridge = await bridges()
    // Beside the machine's own engine, and out of its way: with no bridge at all it would take away that engine's.
    const bridge = `arcx-${randomBytes(4).toString('hex')}`
    await command('ip', ['link', 'add', bridge, 'type', 'bridge'])
    onTestFinished(async () => void (await command('ip', ['link', 'delete', bridge])))
    const apart = [
      '--data-root',
      join(directory, 'data'),
      '--exec-root',
      join(directory, 'exec'),
      '--pidfile',
      join(directory, 'docker.pid'),
      `--bridge=${bridge}`,
      '--iptables=false',
      '--ip-forward=false',
      '--ip-masq=false',
    ]
    const children: Child[] = []
    const kept = new SupervisedProcess({
      name: 'Docker',
      logFile: join(logs, 'docker.log'),
      progress: silentProgress,
      after: [],
      stopBy: { signal: 'SIGTERM', graceMs: 10_000 },
      async begin(signal) {
        const child = await startEngine(host, logs, signal, apart)
        children.push(child)
        return child
      },
    })
    onTestFinished(() => kept.stop())
    await kept.start()

    const engine = new Docker({ socketPath: join(directory, 'docker.sock') })
    // A program that needs nothing beside itself.
    const binary = run.ARCX_TEST_NATS_BINARY
    const tar = spawn('tar', ['--create', '--directory', dirname(binary), basename(binary)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const imported = await engine.importImage(tar.stdout, { repo: 'lives-on', tag: 'test' })
    for await (const _ of imported);
    const container = await engine.createContainer({
      Image: 'lives-on:test',
      Cmd: [`/${basename(binary)}`],
      HostConfig: { NetworkMode: 'none' },
    })
    await container.start()
    onTestFinished(() => container.remove({ force: true }).catch(() => undefined))
    const before = (await container.inspect()).State
    // Should the engine be gone by then.
    onTestFinished(() => {
      try {
        process.kill(before.Pid, 'SIGKILL')
      } catch {
        // It has ended with its container.
      }
    })
    expect(before.Running).toBe(true)

    for (let kill = 0; kill < 2; kill += 1) {
      const starts = children.length
      process.kill(children.at(-1)?.process.pid ?? 0, 'SIGKILL')
      await vi.waitFor(() => expect(children.length).toBeGreaterThan(starts), { timeout: 60_000 })
      const { Running, Pid, StartedAt } = (await container.inspect()).State
      expect({ Running, Pid, StartedAt }).toEqual({ Running: true, Pid: before.Pid, StartedAt: before.StartedAt })
    }

    // As after its launcher was killed: whoever starts next from the same place ends it, and nobody else does.
    await kept.stop()
    const left = await startEngine(host, logs, undefined, apart)
    onTestFinished(() => left.stop('SIGTERM', 10_000))
    await untilLastEngineHasEnded(join(directory, 'elsewhere'), silentProgress)
    expect(left.process.exitCode).toBeNull()
    await untilLastEngineHasEnded(logs, silentProgress)
    await left.ended
    expect(() => process.kill(before.Pid, 0)).not.toThrow()
    const next = await startEngine(host, logs, undefined, apart)
    onTestFinished(() => next.stop('SIGTERM', 10_000))
    expect((await container.inspect()).State.StartedAt).toBe(before.StartedAt)
    await container.remove({ force: true })
    expect(await bridges()).toEqual(machinesBridge)
  },
)

/** Those of the machine's own engines. */
const bridges = async () => (await readdir('/sys/class/net')).filter((name) => name.startsWith('docker'))
