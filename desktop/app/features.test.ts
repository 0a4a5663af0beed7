import { expect, test } from 'vitest'
import { enabledFeatures } from './features.ts'

test.each([
  ['linux', '', 'GlobalShortcutsPortal'],
  ['linux', 'A,B', 'A,B,GlobalShortcutsPortal'],
  ['linux', 'GlobalShortcutsPortal', 'GlobalShortcutsPortal'],
  ['darwin', 'A', null],
  ['win32', '', null],
] as const)('on %s with “%s” Chromium’s features are %s', (system, given, features) =>
  expect(enabledFeatures(system, given)).toBe(features),
)
