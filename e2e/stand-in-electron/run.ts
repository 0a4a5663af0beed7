import { registerHooks } from 'node:module'
import { setImmediate } from 'node:timers/promises'

/** Starts the app's built main process as Electron does, and prints what it did: `node run.ts MAIN [SWITCHES]`. */
const url = new URL('electron.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url, shortCircuit: true } : next(specifier, context),
})
const electron = await import('./electron.ts')
const main = process.argv[2] ?? ''
// Where this does not come back, Electron never becomes ready.
await import(main)
electron.becomeReady()
const has = (name: string) => electron.calls.some((call) => call.name === name)
while (!has('loadURL') && !has('exit')) await setImmediate()
// Whatever else the start does.
for (let turns = 0; turns < 20; turns += 1) await setImmediate()
const menus = () => electron.calls.filter(({ name }) => name === 'setApplicationMenu').length
const [before] = [menus()]
const contents = electron.BrowserWindow.all[0]?.webContents
const event = { sender: contents, senderFrame: { url: 'arcx-app://app/dashboard', parent: null } }
let answered = 0
for (let times = 0; times < 50; times += 1) {
  const answer = await electron.handlers
    .get('arcx:request')?.(event, 'boot', undefined)
    .catch(() => null)
  if (answer !== null && answer !== undefined) answered += 1
}
let isPrevented = false
const given: unknown[] = []
electron.app.emit(
  'select-client-certificate',
  { preventDefault: () => (isPrevented = true) },
  null,
  'https://elsewhere.example/',
  [{ subjectName: 'ann' }],
  (...answer: unknown[]) => given.push(answer),
)
process.stdout.write(
  `${JSON.stringify({ calls: electron.calls, answered, menusMeanwhile: menus() - before, certificate: { isPrevented, given } })}\n`,
  () => process.exit(),
)
