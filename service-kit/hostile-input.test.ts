import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = globSync(
  ['server', 'collab', 'proxy', 'loopback', 'service-kit', 'presence', 'workspace/supervisor'].map(
    (folder) => `${folder}/**/*.ts`,
  ),
  { cwd: root },
)
  .filter((path) => !/node_modules|\.test\.ts$/.test(path))
  .map((path) => ({ path, lines: readFileSync(`${root}/${path}`, 'utf8').split('\n') }))

/** Where a line is that should not be: `path: line`, but for places that are known to be well. */
const found = (pattern: RegExp, well: readonly (string | RegExp)[]): string[] =>
  sources.flatMap(({ path, lines }) =>
    lines
      .filter(
        (line) =>
          pattern.test(line) && !well.some((each) => (typeof each === 'string' ? path === each : each.test(line))),
      )
      .map((line) => `${path}: ${line.trim()}`),
  )

test('there is something to look through', () => expect(sources.length).toBeGreaterThan(150))

/** Kinds of faults that came from outside before, told by how they are written. */
describe('what comes from a socket ends nothing', () => {
  test('nobody but parseTarget takes a request’s target apart', () => {
    expect(
      found(/(new URL|URL\.parse|decodeURI(Component)?)\(.*\b(request|req|asked)\.(url|path)\b/, [
        /`https:\/\/supervisor\$\{/,
      ]),
    ).toEqual([])
  })

  test('upgrades are taken by takeUpgrades, or guarded', () => {
    expect(
      found(/\.(on|once|addListener)\('(upgrade|connect|connection|secure|session)'/, [
        'service-kit/upgrades.ts',
        'service-kit/connections/http-server.ts',
        /guarded\(/,
        /#http2\.once\('session'/,
        /(program|asked|\w*upstream)\.on/,
        /^\s+\.on\('connect', \(response, socket/,
        /server\.on\('connect', openPort\)/,
        /socket\.destroy\(\)\)$/,
        /request\.on\('upgrade', \(_answer, upstream\)/,
        /sent\.on\('upgrade', \(response, socket\)/,
      ]),
    ).toEqual([])
  })

  test('servers have bounds', () => {
    expect(
      found(/\bcreate(Http)?Server\(/, [
        'service-kit/connections/http-server.ts',
        'proxy/entrance/proxy-server.ts',
        'loopback/loopback.ts',
        /^workspace/,
        'server/runtime/docker/trap.ts',
        /server\.createServer/,
      ]).filter((line) => !line.startsWith('workspace/supervisor/')),
    ).toEqual([])
  })

  test('no right depends on how an address is written', () => {
    expect(
      found(/startsWith\(['"`]\/internal|\.(get|post|put|patch|delete|route)(<[^>]*>)?\(['"`]\/internal/, []),
    ).toEqual([])
  })
})
