import fc from 'fast-check'
import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import { internalRoutes } from './internal-routes.ts'

const token = 't'.repeat(40)
const routes = [
  ['POST', '/internal/do'],
  ['PUT', '/internal/of/:id'],
  ['GET', '/internal/*'],
] as const

async function serving(ran: string[]) {
  const app = fastify()
  await internalRoutes(app, { token, onWrong: (_request, reply) => reply.code(401).send('wrong') }, (scope) => {
    for (const [method, url] of routes) {
      scope.route({
        method,
        url: url.slice('/internal'.length),
        handler: async (request) => {
          ran.push(request.url)
          return { isForMachines: request.routeOptions.config.forMachines }
        },
      })
    }
  })
  app.get('/public', async (request) => ({ isForMachines: request.routeOptions.config.forMachines ?? false }))
  return app
}

const escaped = (letter: string) => `%${letter.charCodeAt(0).toString(16)}`

/** Each letter as it is or escaped; now and then one in another case or escaped twice, and slashes and dots where somebody may overlook them. */
const spelled = (path: string) =>
  fc
    .tuple(
      fc.array(fc.boolean(), { minLength: path.length, maxLength: path.length }),
      fc.option(fc.nat(path.length - 1), { freq: 1 }),
      fc.constantFrom('', '', '', '/', '?x', ';x', '%00', '#x'),
      fc.constantFrom('', '', '', '/', '/.', '/x/..', '/%2e'),
    )
    .map(
      ([escapes, odd, after, before]) =>
        `${before}${[...path].map((letter, at) => (at === odd ? (at % 2 === 0 ? letter.toUpperCase() : `%25${escaped(letter).slice(1)}`) : letter !== '/' && escapes[at] === true ? escaped(letter) : letter)).join('')}${after}`,
    )

test('arcx, %69nternal: nothing of an internal scope runs without the token, however its address is spelled', async () => {
  const ran: string[] = []
  const app = await serving(ran)
  let reached = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      fc.constantFrom(undefined, 'Bearer wrong', `Bearer ${token} `, token, `bearer ${token}`),
      fc.gen(),
      async ([method, url], authorization, gen) => {
        const target = gen(spelled, url.replace(':id', 'a').replace('*', 'b'))
        const headers = authorization === undefined ? {} : { authorization }
        const { statusCode } = await app.inject({ method, url: target, headers })
        if (statusCode === 401) reached += 1
        expect([400, 401, 404]).toContain(statusCode)
        expect(ran).toEqual([])
      },
    ),
    { numRuns: 1500 },
  )
  // The spellings are some that the router takes for the route.
  expect(reached).toBeGreaterThan(100)
})

test('who knows the token gets in by any spelling that the router knows, and the route says that it is for machines', async () => {
  const app = await serving([])
  for (const url of ['/internal/do', '/%69nternal/d%6f']) {
    const answer = await app.inject({ method: 'POST', url, headers: { authorization: `Bearer ${token}` } })
    expect([answer.statusCode, answer.json()]).toEqual([200, { isForMachines: true }])
  }
  expect((await app.inject({ url: '/public' })).json()).toEqual({ isForMachines: false })
})
