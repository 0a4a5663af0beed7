import { expect, test } from 'vitest'
import { orNotRunning } from './client.ts'

const answer = (statusCode: number, message: string) =>
  Promise.reject(Object.assign(new Error(message), { statusCode }))

test.each([
  [404, 'no such container'],
  [409, 'Container 5 is paused'],
  [500, '(HTTP code 500) container not running - Container 4163 is not running: Exited (0) Less than a second ago '],
])(
  'what only a container that runs takes is refused as not running where the engine answers %i',
  async (status, words) => {
    await expect(orNotRunning(answer(status, words))).rejects.toMatchObject({ code: 'workspace_not_running' })
  },
)

test('any other trouble of the engine’s is told as that', async () => {
  await expect(orNotRunning(answer(500, 'cannot allocate memory'))).rejects.toMatchObject({ code: 'engine_troubled' })
})
