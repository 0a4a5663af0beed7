import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { expect, test } from 'vitest'

const read = (path: string) => readFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8')

test('what is packed: the bundles, the icons and the pages; with every fuse as the document says, and arcx:// registered', async () => {
  const config = parse(await read('electron-builder.yml')) as Record<string, unknown>
  const desktop = JSON.parse(await read('desktop/package.json')) as { main: string; dependencies?: unknown; devDependencies: Record<string, string> }
  expect(config['electronVersion']).toBe(desktop.devDependencies['electron'])
  // Anything else would be packed from node_modules.
  expect(desktop.dependencies).toBeUndefined()
  expect(desktop.main).toBe('dist/main.mjs')
  expect(config['files']).toEqual(['!**/*', 'package.json', 'dist/**', 'icons/*.png', { from: '../web/dist', to: 'web', filter: ['**/*', '!cli/**', '!.inputs', '!**/*.{br,gz}'] }])
  expect(config['electronFuses']).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  })
  expect(config['protocols']).toEqual([{ name: 'arcx', schemes: ['arcx'] }])
  expect([config['linux'], config['mac'], config['win']].map((each) => (each as { target: unknown }).target)).toEqual([['AppImage', 'deb'], ['dmg', 'zip'], 'nsis'])
  // Where updates are, is said by whoever packs.
  expect(config['publish']).toBeNull()
})
