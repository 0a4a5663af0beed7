import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { appId } from './identity.ts'

test('the running app calls itself what its package registers, or notifications and keys would be nobody’s', async () => {
  const config = parse(
    await readFile(fileURLToPath(new URL('../../electron-builder.yml', import.meta.url)), 'utf8'),
  ) as { appId: string; extraMetadata: { name: string; desktopName: string } }
  expect(config.appId).toBe(appId)
  // The name of the entry that a deb or an AppImage has.
  expect(config.extraMetadata.desktopName).toBe(`${config.extraMetadata.name}.desktop`)
})
