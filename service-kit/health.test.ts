import { expect, test } from 'vitest'
import { readiness } from './health.ts'

test('is ready when everything answers', async () => {
  expect(await readiness([{ name: 'database', check: async () => undefined }])).toEqual({ ready: true, dependencies: { database: 'ok' } })
})

test('names what fails or is silent, and waits for neither long', async () => {
  const state = await readiness([
    { name: 'failing', check: () => Promise.reject(new Error('no')) },
    { name: 'silent', check: () => new Promise(() => undefined) },
    { name: 'well', check: async () => undefined },
  ])
  expect(state).toEqual({ ready: false, dependencies: { failing: 'unavailable', silent: 'unavailable', well: 'ok' } })
})
