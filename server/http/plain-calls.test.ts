import { expect, it, vi } from 'vitest'
import { plainCallsOf } from './plain-calls.ts'

it('parses the body of a batch once for all of its calls, also where it is no JSON', () => {
  const path = Array.from({ length: 50 }, () => 'workspaces.create').join(',')
  const plain = plainCallsOf(
    {
      method: 'POST',
      url: `/trpc/${path}?batch=1`,
      headers: { 'content-type': 'application/json' },
      body: '{"0":[1,2,3',
    },
    path,
  )
  expect(plain?.calls).toHaveLength(50)
  const parse = vi.spyOn(JSON, 'parse')
  try {
    for (const call of plain?.calls ?? []) expect(() => call.input()).toThrow()
    expect(parse).toHaveBeenCalledTimes(1)
  } finally {
    parse.mockRestore()
  }
})
