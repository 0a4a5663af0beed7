import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { autostartDirectory, execLine, setAutostart, startCommand } from './autostart.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-autostart-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** As a session reads it: the string's own escapes, then quoting, which is that of a shell's double quotes, then field codes. */
function readBack(line: string): readonly string[] {
  const text = line.replace(
    /\\([\\snrt])/g,
    (_whole, letter: string) => ({ '\\': '\\', s: ' ', n: '\n', r: '\r', t: '\t' })[letter] ?? '',
  )
  // A field code that is not escaped would be another's text.
  expect(text.replaceAll('%%', '')).not.toContain('%')
  return execFileSync('sh', ['-c', `printf '%s\\0' ${text}`])
    .toString()
    .split('\0')
    .slice(0, -1)
    .map((part) => part.replaceAll('%%', '%'))
}

test('whatever the path of the app is, the session starts just that, with no word of it run by a shell', () => {
  const part = fc.string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '"',
      "'",
      '`',
      '$',
      '\\',
      '%',
      'f',
      'n',
      's',
      '(',
      ')',
      ';',
      '&',
      '|',
      '*',
      '~',
      '#',
      'é',
      '\\n',
      '%U',
      '$(id)',
    ),
    minLength: 1,
    maxLength: 20,
  })
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (command) => {
      const line = execLine(command)
      expect(line).not.toMatch(/[\n\r]/)
      expect(readBack(line)).toEqual(command)
    }),
    { numRuns: 150 },
  )
})

test('a path with a line end, which could add a key of its own, is refused', () => {
  for (const path of ['/opt/a\nExec=evil', '/opt/a\r', '/opt/\u0000', '/opt/\u007f'])
    expect(() => execLine([path])).toThrow(/control character/)
})

test('it is written where the session looks, and removed', async () => {
  const where = join(directory, 'autostart')
  await setAutostart(where, ['/opt/arcx app/arcx'], true)
  expect(await readdir(where)).toEqual(['dev.arcx.desktop.desktop'])
  const text = await readFile(join(where, 'dev.arcx.desktop.desktop'), 'utf8')
  expect(text.split('\n')).toEqual(
    expect.arrayContaining(['[Desktop Entry]', 'Type=Application', 'Name=arcx', 'Exec="/opt/arcx app/arcx"']),
  )
  await setAutostart(where, ['/opt/arcx app/arcx'], false)
  await setAutostart(where, ['/opt/arcx app/arcx'], false)
  expect(await readdir(where)).toEqual([])
})

test('what is started is the AppImage rather than what it unpacked, and from its sources the app itself', () => {
  const run = {
    appImage: undefined,
    unpacked: undefined,
    program: '/opt/arcx/arcx',
    isPackaged: true,
    appPath: '/src/desktop',
  }
  expect(startCommand(run)).toEqual(['/opt/arcx/arcx'])
  expect(
    startCommand({
      ...run,
      appImage: '/home/ann/arcx.AppImage',
      unpacked: '/tmp/.mount_arcx',
      program: '/tmp/.mount_arcx/arcx',
    }),
  ).toEqual(['/home/ann/arcx.AppImage'])
  // Started from the terminal of another AppImage.
  expect(startCommand({ ...run, appImage: '/home/ann/editor.AppImage', unpacked: '/tmp/.mount_editor' })).toEqual([
    '/opt/arcx/arcx',
  ])
  expect(startCommand({ ...run, isPackaged: false })).toEqual(['/opt/arcx/arcx', '/src/desktop'])
})

test.each([
  [undefined, '/home/ann/.config/autostart'],
  ['/elsewhere', '/elsewhere/autostart'],
  ['relative', '/home/ann/.config/autostart'],
  ['', '/home/ann/.config/autostart'],
])('with XDG_CONFIG_HOME %s entries lie in %s', (configHome, expected) =>
  expect(autostartDirectory('/home/ann', configHome)).toBe(expected),
)
