import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLog } from './log.ts'

/** What stands for data: whatever an error was given that is not on the list. */
const data = 'ZxDATAq'

function lineOf(entry: object): string {
  const lines: string[] = []
  createLog('proxy', 'debug', { write: (line: string) => void lines.push(line) }).warn(entry, 'it failed')
  return lines.join('')
}

const listed = new Set([
  'code',
  'errno',
  'syscall',
  'statusCode',
  'constraint',
  'name',
  'message',
  'stack',
  'cause',
  'errors',
])

test('whatever else an error carries, at any depth and under any name, is not in the log', () => {
  const value = fc.oneof(
    fc.constant(data),
    fc.constant(Buffer.from(data)),
    fc.constant({ deep: [data] }),
    fc.constant([data, { again: data }]),
  )
  const field = fc
    .string({ minLength: 1, maxLength: 12 })
    .filter((name) => !listed.has(name) && name !== '__proto__' && name !== 'toString' && name !== 'toJSON')
  const extra = fc.dictionary(field, value, { minKeys: 1, maxKeys: 4 })
  const kind = fc.constantFrom('plain', 'cause', 'aggregate')
  fc.assert(
    fc.property(kind, extra, fc.constantFrom('err', 'error', 'reason'), (how, fields, name) => {
      const inner = Object.assign(new TypeError('inner'), fields)
      const error =
        how === 'plain'
          ? inner
          : how === 'cause'
            ? Object.assign(new Error('outer', { cause: inner }), fields)
            : Object.assign(new AggregateError([inner], 'outer'), fields)
      const line = lineOf({ [name]: error })
      expect(line).not.toContain(data)
      expect(line).not.toContain(JSON.stringify([...Buffer.from(data)]).slice(1, -1))
      expect(JSON.parse(line)).toMatchObject({
        [name]: { message: how === 'plain' ? 'inner' : 'outer', stack: expect.stringContaining('    at ') },
      })
    }),
  )
})

test('fields that name a fault stay, and only where they are names or numbers', () => {
  expect(
    JSON.parse(
      lineOf({
        err: Object.assign(new Error('no'), {
          code: 'ECONNREFUSED',
          errno: -111,
          syscall: 'connect',
          constraint: 'User_login_key',
          detail: data,
        }),
      }),
    ),
  ).toMatchObject({ err: { code: 'ECONNREFUSED', errno: -111, syscall: 'connect', constraint: 'User_login_key' } })
  expect(
    lineOf({ err: Object.assign(new Error('no'), { code: `its data was ${data}`, statusCode: { data } }) }),
  ).not.toContain(data)
})

test('what could not be parsed as JSON is not quoted', () => {
  for (const text of [
    data,
    `{"a":${data}}`,
    `${data}${'x'.repeat(200)}`,
    `{"a":1}${data}`,
    `[1, ${data}`,
    `{"${data}": `,
  ]) {
    let error: unknown
    try {
      JSON.parse(text)
    } catch (thrown) {
      error = thrown
    }
    const line = lineOf({ err: error })
    expect(line).toContain('SyntaxError')
    for (const part of [data, data.slice(0, 4), data.slice(-4)]) expect(line).not.toContain(part)
  }
})

test('an error that was thrown as something else is told without what it was', () => {
  expect(lineOf({ err: { reason: data } })).not.toContain(data)
})
