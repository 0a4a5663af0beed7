import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

test('a service whose starter goes while it is still starting ends', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'service-'))
  try {
    const program = join(directory, 'waits.ts')
    await writeFile(
      program,
      `import { runService } from ${JSON.stringify(main)}
setInterval(() => undefined, 1000)
await runService(() => {
  process.send?.('starting')
  return new Promise(() => undefined)
})`,
    )
    const service = fork(program, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    onTestFinished(() => void service.kill('SIGKILL'))
    const ended = once(service, 'exit')
    await once(service, 'message')
    service.disconnect()
    expect((await ended)[0]).toBe(1)
  } finally {
    await rm(directory, { recursive: true })
  }
})
