import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { SessionId, UserId, WorkspaceId, errors } from '@arcx/router'
import { Addresses } from '../addresses.ts'
import { sign } from '../credentials/signing.ts'
import { Gateway } from './gateway.ts'
import type { GatewayDependencies } from './gateway.ts'

const key = randomBytes(32)
const [sessionId, userId, workspaceId] = [
  SessionId.parse(randomUUID()),
  UserId.parse(randomUUID()),
  WorkspaceId.parse(randomUUID()),
]
const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const cookie = `arc_workspace=${sign(key, [sessionId, userId, workspaceId, String(Math.floor(Date.now() / 1000) + 60)])}`

/** A gateway for which no workspace is called `former`; the one that was may be called something by now. */
function gateway(now: string | null): Gateway {
  return new Gateway({
    addresses: new Addresses('http://localhost:3000', 'localhost', 3000),
    key,
    sessions: {
      personOfSession: () => Promise.resolve({ via: 'session', userId, sessionId, login: 'ann', name: 'Ann' }),
    },
    admission: {
      admit: () => Promise.reject(errors.workspaceNotFound()),
      whereabouts: () => Promise.resolve(now === null ? null : { name: now, incarnation: 1 }),
    },
  } as Partial<GatewayDependencies> as GatewayDependencies)
}

test('a renamed workspace leads on whoever came in by its old name, with addresses in the query that name its host', async () => {
  const payload = encodeURIComponent('[["openFile","vscode-remote://former.localhost:3000/home/arc/a"]]')
  const verdict = await gateway('latter').judge('former', 'GET', `/?folder=/home/arc/project&payload=${payload}`, {
    ...navigation,
    cookie,
  })
  const led = new URL(verdict.kind === 'elsewhere' ? verdict.location : 'none:')
  expect([led.origin, led.searchParams.get('folder'), led.searchParams.get('payload')]).toEqual([
    'http://latter.localhost:3000',
    '/home/arc/project',
    '[["openFile","vscode-remote://latter.localhost:3000/home/arc/a"]]',
  ])
  expect(await gateway('latter').judge('former', 'GET', '/x', { cookie })).toMatchObject({
    kind: 'refused',
    status: 410,
  })
})

test('what stands several times in the query still does', async () => {
  const verdict = await gateway('latter').judge('former', 'GET', '/?tag=a&tag=b%20c&empty=', { ...navigation, cookie })
  expect([...new URL(verdict.kind === 'elsewhere' ? verdict.location : 'none:').searchParams]).toEqual([
    ['tag', 'a'],
    ['tag', 'b c'],
    ['empty', ''],
  ])
})

test('who may not open it, or shows no cookie of the old host, does not learn the new name', async () => {
  expect(await gateway(null).judge('former', 'GET', '/', { ...navigation, cookie })).toMatchObject({
    kind: 'refused',
    status: 404,
  })
  expect(JSON.stringify(await gateway('latter').judge('former', 'GET', '/', navigation))).not.toContain('latter')
})
