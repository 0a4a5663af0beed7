import { expect, test } from 'vitest'
import { Outlet, downloadName, mayHave, wayOf } from './navigation.ts'

const ground = { server: 'https://arcx.example.com', workspace: 'https://mine.arcx.example.com', name: 'mine' }
const browser = 'b'.repeat(43)

test('the workspace’s own pages stay in its view', () => {
  expect(wayOf('https://mine.arcx.example.com/?folder=/home', ground)).toEqual({ kind: 'stay' })
  expect(wayOf('https://mine.arcx.example.com/proxy/3000/', ground)).toEqual({ kind: 'stay' })
})

test('the way in is the app’s to go, for this workspace alone', () => {
  expect(wayOf(`https://arcx.example.com/auth/workspace?name=mine&to=%2Fx&browser=${browser}`, ground)).toEqual({
    kind: 'enter',
    to: '/x',
    browser,
  })
  expect(wayOf(`https://arcx.example.com/auth/workspace?name=other&to=%2F&browser=${browser}`, ground)).toEqual({
    kind: 'refused',
  })
  expect(wayOf('https://arcx.example.com/auth/workspace?name=mine&browser=short', ground)).toEqual({ kind: 'refused' })
  expect(
    wayOf(`https://arcx.example.com/auth/workspace?name=mine&to=%2F%2Fevil.example&browser=${browser}`, ground),
  ).toMatchObject({ to: '/' })
})

test.each([
  '//evil.example',
  '/\\evil.example',
  '/..//evil.example',
  '/.//evil.example',
  '/%2e//evil.example',
  '/x/..//evil.example',
  '/\t/evil.example',
  '\\\\evil.example',
  'https://evil.example/',
  'evil.example',
  '',
])('no way in, and no start, leads on to %j', (to) => {
  const query = new URLSearchParams({ name: 'mine', to, browser })
  expect(wayOf(`https://arcx.example.com/auth/workspace?${query}`, ground)).toEqual({ kind: 'enter', to: '/', browser })
  expect(wayOf(`https://arcx.example.com/open/mine?${query}`, ground)).toEqual({ kind: 'resting', to: '/' })
})

test.each(['/', '/?folder=/home/arc', '/a//b', '/a?to=//b#c'])('%s is gone on to', (to) => {
  expect(wayOf(`https://arcx.example.com/open/mine?${new URLSearchParams({ to })}`, ground)).toEqual({
    kind: 'resting',
    to,
  })
})

test('one that rests is shown starting; any other page of the server’s is the launcher', () => {
  expect(wayOf('https://arcx.example.com/open/mine?to=%2F', ground)).toEqual({ kind: 'resting', to: '/' })
  expect(wayOf('https://arcx.example.com/dashboard', ground)).toEqual({ kind: 'launcher' })
  expect(wayOf('https://arcx.example.com/open/other', ground)).toEqual({ kind: 'launcher' })
})

test('the web elsewhere is for the browser', () => {
  expect(wayOf('https://example.com/a?b#c', ground)).toEqual({ kind: 'browser', url: 'https://example.com/a?b#c' })
  expect(wayOf('mailto:ann@example.com', ground)).toMatchObject({ kind: 'browser' })
  // Hosts that only look alike, or that are another’s.
  expect(wayOf('https://mine.arcx.example.com.evil.example/', ground)).toMatchObject({ kind: 'browser' })
  expect(wayOf('http://mine.arcx.example.com/', ground)).toMatchObject({ kind: 'browser' })
  expect(wayOf('https://other.arcx.example.com/', ground)).toMatchObject({ kind: 'browser' })
})

test.each([
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
  'blob:null/x',
  'arcx://open?server=https://a&workspace=b',
  'arcx-app://app/',
  'vscode://x',
  'smb://host/x',
  'ms-msdt:/id',
  'https://user:pw@example.com/',
  'chrome://gpu',
  'about:blank',
  'devtools://x',
  '',
])('%s is refused', (address) => expect(wayOf(address, ground)).toEqual({ kind: 'refused' }))

test('permissions are denied unless listed, and to frames always', () => {
  expect(mayHave('clipboard-read', 'https://mine.arcx.example.com/', true, ground)).toBe(true)
  expect(mayHave('clipboard-read', 'https://mine.arcx.example.com/', false, ground)).toBe(false)
  expect(mayHave('clipboard-read', 'https://evil.example/', true, ground)).toBe(false)
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'midi',
    'midiSysex',
    'hid',
    'serial',
    'usb',
    'openExternal',
    'display-capture',
    'idle-detection',
    'pointerLock',
    'window-management',
    'unknown',
    'storage-access',
    'top-level-storage-access',
    'speaker-selection',
    'fileSystem',
    'keyboardLock',
  ]) {
    expect(mayHave(permission, 'https://mine.arcx.example.com/', true, ground)).toBe(false)
  }
})

test('a page cannot flood the browser', () => {
  let now = 0
  const outlet = new Outlet(() => now)
  expect(Array.from({ length: 8 }, () => outlet.take())).toEqual([true, true, true, true, true, false, false, false])
  now += 10_001
  expect(outlet.take()).toBe(true)
})

test('a download’s name is a name and no path', () => {
  expect(downloadName('report.pdf')).toBe('report.pdf')
  expect(downloadName('../../.ssh/authorized_keys')).toBe('_.._.ssh_authorized_keys')
  expect(downloadName('C:\\Windows\\x.exe')).toBe('C__Windows_x.exe')
  expect(downloadName('...')).toBe('download')
  expect(downloadName('a'.repeat(500))).toHaveLength(200)
})
