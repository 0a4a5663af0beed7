import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeProofKey, openLoopback } from './loopback.ts'

test('the browser that brings the code and the state that are waited for is told that it is done; any other is turned away, and so is all once it is closed', async () => {
  const taken: string[] = []
  const loopback = await openLoopback(
    { done: 'Close this page.', again: 'Begin again.' },
    (code, state) => state === 'mine' && taken.push(code) > 0,
  )
  const ask = (path: string) => fetch(`http://127.0.0.1:${loopback.port}${path}`)
  for (const path of [
    '/',
    '/callback',
    '/callback?state=mine',
    '/callback?code=1',
    '/callback?code=1&state=theirs',
    '/other?code=1&state=mine',
  ]) {
    const answer = await ask(path)
    expect([path, answer.status, await answer.text()]).toEqual([path, 400, expect.stringContaining('Begin again.')])
  }
  const answer = await ask('/callback?code=the-code&state=mine')
  expect([answer.status, answer.headers.get('content-security-policy'), await answer.text()]).toEqual([
    200,
    expect.stringContaining("default-src 'none'"),
    expect.stringContaining('Close this page.'),
  ])
  expect(taken).toEqual(['the-code'])
  loopback.close()
  await expect(ask('/callback?code=2&state=mine')).rejects.toThrow()
})

test('a proof key is another each time, and its challenge is that of its verifier', () => {
  const [one, other] = [makeProofKey(), makeProofKey()]
  expect(one.verifier).not.toBe(other.verifier)
  expect(one.state).not.toBe(other.state)
  expect(one.challenge).toBe(createHash('sha256').update(one.verifier).digest('base64url'))
})
