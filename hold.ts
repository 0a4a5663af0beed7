import { writeFile } from 'node:fs/promises'
import { prepare } from '@arcx/testing/prepare'
const stops: (() => Promise<unknown>)[] = []
const settings: Record<string, string> = {
  ...(await prepare({ say: (t: string) => console.log(t), update: (t: string) => console.log(t) }, stops)),
} as never
delete settings['ARCX_TEST_ENGINE_PID']
await writeFile(
  '/tmp/run.env',
  Object.entries(settings)
    .map(([k, v]) => `${k}='${v}'`)
    .join('\n') + '\n',
)
console.log('ready')
const timer = setInterval(() => {}, 1e6)
process.on('SIGTERM', async () => {
  clearInterval(timer)
  for (const s of stops.reverse()) await s().catch(() => {})
  process.exit(0)
})
