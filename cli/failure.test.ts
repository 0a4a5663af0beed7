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

test('why a server cannot be reached is told in words, also where the system has none but its own', () => {
  const unreachable = (cause: Error) =>
    failureOf(TRPCClientError.from(new TypeError('fetch failed', { cause }))).message
  const coded = (code: string) => Object.assign(new Error(`getaddrinfo ${code}`), { code })
  expect(unreachable(coded('ENOTFOUND'))).toMatch(/^The server cannot be reached \(no such host\)\. /)
  expect(unreachable(coded('ECONNREFUSED'))).toMatch(/\(connection refused\)/)
  expect(unreachable(coded('EHOSTUNREACH'))).toMatch(/\(EHOSTUNREACH\)/)
  expect(unreachable(new Error('bad port'))).toMatch(/\(bad port\)/)
})
