import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import type { InputIssue } from '@arcx/router'
import { failureOf } from './failure.ts'

const refusedFor = (issues: InputIssue[]) =>
  failureOf(
    TRPCClientError.from({
      error: {
        code: -32600,
        message: 'Refused.',
        data: { code: 'BAD_REQUEST', httpStatus: 400, arc: null, issues },
      },
    }),
  )

test('what is wrong with one of several values is told in its sentence, without the name of its place in the request', () => {
  const { message, exitCode } = refusedFor([
    { field: 'hosts.0', message: '“https://a” is not a host.' },
    { field: 'hosts.1', message: '“b c” is not a host.' },
  ])
  expect([message, exitCode]).toEqual(['“https://a” is not a host. “b c” is not a host.', 6])
  expect(refusedFor([{ field: 'name', message: 'Too long.' }]).message).toBe('name: Too long.')
})
