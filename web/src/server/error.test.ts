import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import type { InputIssue } from '@arcx/router'
import { problemBeside, problemOf, refusalOf } from './error.ts'

const refusedFor = (issues: InputIssue[]) =>
  TRPCClientError.from({
    error: {
      code: -32600,
      message: issues.map(({ message }) => message).join(' '),
      data: { code: 'BAD_REQUEST', httpStatus: 400, arc: null, issues },
    },
  })

test('each problem stands at its field, and what belongs to none beside them', () => {
  const error = refusedFor([
    { field: 'hosts.1', message: '“b c” is not a host.' },
    { field: 'hosts.2', message: '“d e” is not a host.' },
    { field: 'limits.0.host', message: '“f” is not a host.' },
    { field: '', message: 'Too much.' },
  ])
  expect(problemOf(error, 'hosts')).toBe('“b c” is not a host. “d e” is not a host.')
  expect(problemOf(error, 'host')).toBeNull()
  expect(problemOf(error, 'limits.0.host')).toBe('“f” is not a host.')
  expect(problemBeside(error, ['hosts', 'limits'])).toBe('Too much.')
  expect(problemBeside(refusedFor([{ field: 'hosts.0', message: 'No.' }]), ['hosts'])).toBeNull()
  expect(problemBeside(null, [])).toBeNull()
  expect(refusalOf(error).message).not.toMatch(/[[{]/)
})

test('a refusal that is about no field is told whole', () => {
  const error = TRPCClientError.from({
    error: {
      code: -32600,
      message: 'There is no room.',
      data: { code: 'CONFLICT', httpStatus: 409, arc: null, issues: null },
    },
  })
  expect(problemOf(error, 'hosts')).toBeNull()
  expect(problemBeside(error, ['hosts'])).toBe('There is no room.')
})
