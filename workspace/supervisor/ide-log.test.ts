import { expect, test } from 'vitest'
import { ideLine } from './ide-log.ts'

test.each([
  '[2026-01-02T03:04:05.678Z] info    - Authentication is disabled',
  '[2026-01-02T03:04:05.678Z] info    - Not serving HTTPS',
  '[03:04:05] File not found: /opt/ide/node_modules/code-server/lib/vscode/node_modules/vsda/rust/web/vsda.js',
  '[03:04:05] \u001b[31mFile not found: /opt/ide/vsda_bg.wasm\u001b[0m',
  '[2026-01-02T03:04:05.678Z] warn  a socket was left hanging',
  '',
  '   ',
])('what says nothing to anybody is left out: %j', (line) => expect(ideLine(line)).toBeNull())

test.each([
  ['[03:04:05] Extension host agent started.', 'ide: Extension host agent started.\n'],
  ['File not found: /home/arc/project/notes.md', 'ide: File not found: /home/arc/project/notes.md\n'],
  ['Error: listen EADDRINUSE', 'ide: Error: listen EADDRINUSE\n'],
])('anything else stands in the log: %j', (line, said) => expect(ideLine(line)).toBe(said))
