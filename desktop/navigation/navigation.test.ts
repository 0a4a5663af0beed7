import { expect, test } from 'vitest'
import { ExternalLinkLimit, downloadName, mayHave, decideNavigation } from './navigation.ts'

const site = { server: 'https://arcx.example.com', workspace: 'https://mine.arcx.example.com', name: 'mine' }
const browser = 'b'.repeat(43)

test('the workspace’s own pages stay in its view', () => {
  expect(decideNavigation('https://mine.arcx.example.com/?folder=/home', site)).toEqual({ kind: 'stay' })
  expect(decideNavigation('https://mine.arcx.example.com/proxy/3000/', site)).toEqual({ kind: 'stay' })
})

test('the way in is the app’s to go, for this workspace alone', () => {
  expect(
    decideNavigation(`https://arcx.example.com/auth/workspace?name=mine&to=%2Fx&browser=${browser}`, site),
  ).toEqual({
    kind: 'enter',
    to: '/x',
    browser,
  })
  expect(
    decideNavigation(`https://arcx.example.com/auth/workspace?name=other&to=%2F&browser=${browser}`, site),
  ).toEqual({
    kind: 'refused',
  })
  expect(decideNavigation('https://arcx.example.com/auth/workspace?name=mine&browser=short', site)).toEqual({
    kind: 'refused',
  })
  expect(
    decideNavigation(
      `https://arcx.example.com/auth/workspace?name=mine&to=%2F%2Fevil.example&browser=${browser}`,
      site,
    ),
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
  expect(decideNavigation(`https://arcx.example.com/auth/workspace?${query}`, site)).toEqual({
    kind: 'enter',
    to: '/',
    browser,
  })
  expect(decideNavigation(`https://arcx.example.com/open/mine?${query}`, site)).toEqual({ kind: 'resting', to: '/' })
})

test.each(['/', '/?folder=/home/arc', '/a//b', '/a?to=//b#c'])('%s is gone on to', (to) => {
  expect(decideNavigation(`https://arcx.example.com/open/mine?${new URLSearchParams({ to })}`, site)).toEqual({
    kind: 'resting',
    to,
  })
})

test('one that rests is shown starting; any other page of the server’s is the launcher', () => {
  expect(decideNavigation('https://arcx.example.com/open/mine?to=%2F', site)).toEqual({ kind: 'resting', to: '/' })
  expect(decideNavigation('https://arcx.example.com/dashboard', site)).toEqual({ kind: 'launcher' })
  expect(decideNavigation('https://arcx.example.com/open/other', site)).toEqual({ kind: 'launcher' })
})

test('the web elsewhere is for the browser', () => {
  expect(decideNavigation('https://example.com/a?b#c', site)).toEqual({
    kind: 'browser',
    url: 'https://example.com/a?b#c',
  })
  expect(decideNavigation('mailto:ann@example.com', site)).toMatchObject({ kind: 'browser' })
  // Hosts that only look alike, or that are another’s.
  expect(decideNavigation('https://mine.arcx.example.com.evil.example/', site)).toMatchObject({ kind: 'browser' })
  expect(decideNavigation('http://mine.arcx.example.com/', site)).toMatchObject({ kind: 'browser' })
  expect(decideNavigation('https://other.arcx.example.com/', site)).toMatchObject({ kind: 'browser' })
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
])('%s is refused', (address) => expect(decideNavigation(address, site)).toEqual({ kind: 'refused' }))

test('permissions are denied unless listed, and to frames always', () => {
  expect(mayHave('clipboard-read', 'https://mine.arcx.example.com/', true, site)).toBe(true)
  expect(mayHave('clipboard-read', 'https://mine.arcx.example.com/', false, site)).toBe(false)
  expect(mayHave('clipboard-read', 'https://evil.example/', true, site)).toBe(false)
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
    expect(mayHave(permission, 'https://mine.arcx.example.com/', true, site)).toBe(false)
  }
})

test('a page cannot flood the browser', () => {
  let now = 0
  const linkLimit = new ExternalLinkLimit(() => now)
  expect(Array.from({ length: 8 }, () => linkLimit.take())).toEqual([true, true, true, true, true, false, false, false])
  now += 10_001
  expect(linkLimit.take()).toBe(true)
})

test('a download’s name is a name and no path', () => {
  expect(downloadName('report.pdf')).toBe('report.pdf')
  expect(downloadName('../../.ssh/authorized_keys')).toBe('_.._.ssh_authorized_keys')
  expect(downloadName('C:\\Windows\\x.exe')).toBe('C__Windows_x.exe')
  expect(downloadName('...')).toBe('download')
  expect(downloadName('a'.repeat(500))).toHaveLength(200)
})
