import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-start-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

interface Report {
  readonly calls: readonly { readonly name: string; readonly args: readonly unknown[]; readonly isReady: boolean }[]
  readonly answered: number
  readonly menusMeanwhile: number
  readonly certificate: unknown
}

/** The built main process, as Electron starts it: ready comes after its module has been evaluated, and not before. */
async function start(env: Record<string, string> = {}, ...switches: string[]): Promise<Report> {
  const child = spawn(
    process.execPath,
    [file('stand-in-electron/run.ts'), file('../desktop/dist/main.mjs'), ...switches],
    { env: { ...process.env, STAND_IN_HOME: directory, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let [output, errors] = ['', '']
  child.stdout.on('data', (part: Buffer) => (output += part.toString()))
  child.stderr.on('data', (part: Buffer) => (errors += part.toString()))
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`The app ended with ${String(code)} before it had a window: ${errors.slice(-1000)}`)
  return JSON.parse(output) as Report
}
const named = ({ calls }: Report, name: string) => calls.filter((call) => call.name === name)

test('the app starts though Electron becomes ready only after its first module has been evaluated, and asks for what must come before then', async () => {
  const report = await start()
  expect(named(report, 'showErrorBox')).toEqual([])
  expect(named(report, 'BrowserWindow').map(({ isReady }) => isReady)).toEqual([true])
  expect(named(report, 'loadURL').map(({ args }) => args)).toEqual([['arcx-app://app/dashboard']])
  for (const name of ['enableSandbox', 'registerSchemesAsPrivileged'])
    expect(named(report, name).map(({ isReady }) => isReady)).toEqual([false])
  expect(named(report, 'appendSwitch')).toEqual(
    process.platform === 'linux'
      ? [{ name: 'appendSwitch', args: ['enable-features', 'GlobalShortcutsPortal'], isReady: false }]
      : [],
  )
})

test('the menu bar is not made anew as pages ask, and no page is given a certificate', async () => {
  const report = await start()
  expect([report.answered, report.menusMeanwhile]).toEqual([50, 0])
  expect(named(report, 'setApplicationMenu')).toHaveLength(1)
  expect(report.certificate).toEqual({ isPrevented: true, given: [[]] })
})

test('keys that another program has are told of, at once', async () => {
  const report = await start({ STAND_IN_SHORTCUT: 'taken' })
  expect(named(report, 'Notification').map(({ args }) => args)).toEqual([
    [expect.objectContaining({ title: 'The switcher’s keys are taken' })],
  ])
})

test.runIf(process.getuid?.() === 0)(
  'root, for whom Chromium has no sandbox, may start it without one by saying so',
  async () => {
    expect(named(await start({}, '--no-sandbox'), 'enableSandbox')).toEqual([])
  },
)
