import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { must } from '@arcx/launch/command'
import { testDirectory, testRun } from '@arcx/testing/run'

const repository = fileURLToPath(new URL('..', import.meta.url))
const packaging = join(repository, 'desktop/packaging/node_modules')
const read = (path: string) => readFile(join(repository, path), 'utf8')

/** By which Electron's program is told from others, and after which its fuses stand: a version, their number, and each as a letter. */
const fuseMark = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const electronFuses = [
  'runAsNode',
  'cookieEncryption',
  'nodeOptions',
  'nodeCliInspect',
  'asarIntegrity',
  'onlyLoadFromAsar',
  'browserV8Snapshot',
  'fileProtocolPrivileges',
  'wasmTrapHandlers',
]

interface Asar {
  listPackage(archive: string, options: object): string[]
  extractFile(archive: string, path: string): Buffer
}

/** What Electron's release holds, as far as packing looks at it; the program itself is not to be had from npm. */
async function standInForElectron(): Promise<string> {
  const directory = await testDirectory(testRun(), 'electron')
  await mkdir(join(directory, 'resources'))
  await writeFile(
    join(directory, 'electron'),
    Buffer.concat([
      Buffer.from(`stand-in ${fuseMark}`),
      Buffer.from([1, electronFuses.length]),
      Buffer.from('0'.repeat(electronFuses.length)),
      Buffer.alloc(64),
    ]),
  )
  await chmod(join(directory, 'electron'), 0o755)
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'version']) await writeFile(join(directory, name), '')
  return directory
}

async function filesIn(directory: string, within = ''): Promise<string[]> {
  const entries = await readdir(join(directory, within), { withFileTypes: true })
  return (
    await Promise.all(
      entries.map((entry) =>
        entry.isDirectory() ? filesIn(directory, join(within, entry.name)) : [join(within, entry.name)],
      ),
    )
  ).flat()
}

/** It builds anew what others show, so nobody else may meanwhile. */
test('npm run package packs the bundles, the icons and the pages and nothing else, as a program of the name arcx with every fuse as the document says', async () => {
  const [electron, output] = [await standInForElectron(), await testDirectory(testRun(), 'release')]
  await must(
    'The app could not be packed',
    process.execPath,
    [
      join(repository, 'launch/start.mjs'),
      'package',
      '--linux',
      'dir',
      `-c.electronDist=${electron}`,
      `-c.directories.output=${output}`,
    ],
    { cwd: repository },
  )
  const packed = join(output, 'linux-unpacked')
  const archive = join(packed, 'resources/app.asar')
  const { default: asar } = (await import(join(packaging, '@electron/asar/lib/asar.js'))) as { default: Asar }
  const files = asar.listPackage(archive, {}).map((path) => path.slice(1))

  const pages = (await filesIn(join(repository, 'web/dist')))
    .filter((path) => !/^cli\/|^\.inputs$|\.(br|gz)$/.test(path))
    .map((path) => `web/${path}`)
  expect(pages).toContain('web/index.html')
  const isFile = (path: string) => !files.some((other) => other.startsWith(`${path}/`))
  expect(files.filter(isFile).toSorted()).toEqual(
    [
      'dist/main.mjs',
      'dist/preload.cjs',
      'icons/icon.png',
      'icons/tray.png',
      'icons/trayTemplate.png',
      'icons/trayTemplate@2x.png',
      'package.json',
      ...pages,
    ].toSorted(),
  )
  expect(JSON.parse(asar.extractFile(archive, 'package.json').toString())).toMatchObject({
    name: 'arcx',
    productName: 'arcx',
    main: 'dist/main.mjs',
  })

  // All else that it needs is in it.
  const needed = ['dist/main.mjs', 'dist/preload.cjs'].flatMap((path) =>
    [
      ...asar
        .extractFile(archive, path)
        .toString()
        .matchAll(/^import\b[^;\n]*?["']([^"']+)["']|\b(?:require|import)\(["']([^"']+)["']\)/gm),
    ].map(([, from, by]) => from ?? by ?? ''),
  )
  expect(needed).toContain('electron')
  expect(needed.filter((name) => name !== 'electron' && !isBuiltin(name))).toEqual([])

  const program = join(packed, 'arcx')
  expect((await stat(program)).mode & 0o111).toBe(0o111)
  const bytes = await readFile(program, 'latin1')
  const fuses = bytes.slice(bytes.indexOf(fuseMark) + fuseMark.length + 2).slice(0, electronFuses.length)
  const blown = Object.fromEntries(electronFuses.map((name, index) => [name, fuses[index] === '1']))
  expect(blown).toMatchObject({
    runAsNode: false,
    cookieEncryption: true,
    nodeOptions: false,
    nodeCliInspect: false,
    asarIntegrity: true,
    onlyLoadFromAsar: true,
    fileProtocolPrivileges: false,
  })
})

test('packages are made for each system, register arcx://, and look for updates where whoever packs says', async () => {
  const config = parse(await read('electron-builder.yml')) as Record<string, unknown>
  const desktop = JSON.parse(await read('desktop/package.json')) as { devDependencies: Record<string, string> }
  expect(config['electronVersion']).toBe(desktop.devDependencies['electron'])
  expect(config['protocols']).toEqual([{ name: 'arcx', schemes: ['arcx'] }])
  expect([config['linux'], config['mac'], config['win']].map((each) => (each as { target: unknown }).target)).toEqual([
    ['AppImage', 'deb'],
    ['dmg', 'zip'],
    'nsis',
  ])
  expect(config['publish']).toBeNull()
})
