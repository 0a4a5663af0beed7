import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Scope } from './evaluate.ts'
import { ExpressionError } from './syntax.ts'
import { fill, holds } from './template.ts'
import { parseJson, toValue } from './value.ts'
import { Work } from './work.ts'

const scope: Scope = {
  status: 'success',
  contexts: {
    inputs: { name: 'demo', count: 3, on: false, list: ['a', 'b'] },
    steps: { build: { outputs: { 'image-id': 'x1' } } },
    event: { title: '$(rm -rf /)', nested: { deep: [{ a: 1 }] } },
  },
  get work() {
    return new Work()
  },
}

test.each([
  ['plain', 'plain'],
  ['${{ inputs.count }}', 3],
  ['n=${{ inputs.count }}!', 'n=3!'],
  ['${{ steps.build.outputs.image-id }}', 'x1'],
  ["${{ steps['build'].outputs['image-id'] }}", 'x1'],
  ['${{ event.nested.deep[0].a }}', 1],
  ['${{ inputs.nothing.at.all }}', null],
  ['${{ !inputs.on && inputs.count >= 3 }}', true],
  ["${{ inputs.on || 'other' }}", 'other'],
  ["${{ contains(inputs.list, 'a') && !contains(inputs.list, 'c') }}", true],
  ["${{ startsWith('Preview', 'pre') && endsWith('a.ts', '.TS') }}", true],
  ["${{ format('{0}-{1} {{}}', inputs.name, 2) }}", 'demo-2 {}'],
  ['${{ fromJSON(\'{"a":[1,2]}\').a[1] }}', 2],
  ['${{ toJSON(inputs.list) }}', '["a","b"]'],
  ["${{ 'it''s }} here' }}", "it's }} here"],
  ["${{ 1 == '1' }}", false],
  ['${{ (1 < 2) == true }}', true],
  ["${{ 'a' < 1 }}", false],
])('%s is %j', (text, value) => {
  expect(fill(text, scope)).toEqual(value)
})

test.each([
  ['${{ "a" }}', 'single quotes'],
  ['${{ inputs. }}', 'too early'],
  ['${{ }}', 'empty'],
  ['${{ inputs.a', '“}}” is missing'],
  ['${{ nothing() }}', 'no function nothing()'],
  ["${{ fromJSON('{') }}", 'no JSON'],
  ['${{ a b }}', 'not expected'],
  ['${{ a = b }}', '“=” means nothing'],
  [`\${{ ${'('.repeat(300)}1${')'.repeat(300)} }}`, 'nested'],
  [`\${{ ${'!'.repeat(1900)}1 }}`, 'nested'],
  [`\${{ '${'x'.repeat(3000)}' }}`, 'at most'],
])('%s is refused', (text, message) => {
  expect(() => fill(text, scope)).toThrow(ExpressionError)
  expect(() => fill(text, scope)).toThrow(message)
})

test.each([
  ["inputs['__proto__']"],
  ['inputs.constructor'],
  ['inputs.__proto__.polluted'],
  ["inputs.list['constructor']"],
  ['inputs.name.constructor'],
  ['inputs.list.length'],
  ['fromJSON(\'{"__proto__":{"polluted":1}}\').polluted'],
  ['constructor'],
  ['__proto__'],
  ['toString'],
])('%s reaches nothing that is inherited', (expression) => {
  expect(fill(`\${{ ${expression} }}`, scope)).toBeNull()
})

test.each([['constructor()'], ['toString()'], ["inputs.name.replace('a', 'b')"], ['__proto__()']])(
  '%s calls nothing',
  (expression) => {
    expect(() => fill(`\${{ ${expression} }}`, scope)).toThrow(ExpressionError)
  },
)

test('a condition that does not ask how things went holds only where they went well', () => {
  const failed: Scope = { ...scope, status: 'failure' }
  expect(holds('inputs.count == 3', scope)).toBe(true)
  expect(holds('${{ inputs.count == 3 }}', failed)).toBe(false)
  expect(holds(undefined, failed)).toBe(false)
  expect(holds('failure() && inputs.count == 3', failed)).toBe(true)
  expect(holds('always()', { ...scope, status: 'cancelled' })).toBe(true)
  expect(holds('cancelled()', { ...scope, status: 'cancelled' })).toBe(true)
})

test('whatever is written, the evaluator answers or refuses, and changes nothing', () => {
  const before = JSON.stringify(scope)
  const word = fc.constantFrom(
    'inputs',
    'event',
    '.',
    '[',
    ']',
    '(',
    ')',
    '&&',
    '||',
    '!',
    '==',
    '<',
    ',',
    "'a'",
    '1',
    '0.5',
    'null',
    'true',
    'contains',
    'format',
    'fromJSON',
    'toJSON',
    'always',
    '__proto__',
    'constructor',
    ' ',
    '}}',
    '${{',
    "''",
    '-1',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
        fc.string({ maxLength: 200 }),
      ),
      (text) => {
        try {
          JSON.stringify(fill(`\${{ ${text} }}`, scope))
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError)
        }
      },
    ),
    { numRuns: 2000 },
  )
  expect(JSON.stringify(scope)).toBe(before)
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})

test('a text in an expression comes out as it went in', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      expect(fill(`\${{ '${text.replaceAll("'", "''")}' }}`, scope)).toBe(text)
    }),
  )
})

test('a text that grows beyond its bound is refused before it is made', () => {
  const list = JSON.stringify(Array(20_000).fill(0))
  const event = { list, long: 'x'.repeat(60_000) }
  const large: Scope = { ...scope, contexts: { event }, work: new Work() }
  expect(() => fill('${{ join(fromJSON(event.list), event.long) }}', large)).toThrow('characters came out')
  expect(() => fill(`\${{ format('${'{0}'.repeat(600)}', event.long) }}`, large)).toThrow('characters came out')
})

test('what is nested deeper than JSON is written is no JSON', () => {
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
  const contexts = { event: { deep } }
  expect(() => fill('${{ toJSON(fromJSON(event.deep)) }}', { ...scope, contexts, work: new Work() })).toThrow('no JSON')
  expect(parseJson('{"a":"[[[","b":[[1]]}', 3)).toEqual({ a: '[[[', b: [[1]] })
})

test('what a database takes in no text is replaced, and what only looks so is kept', () => {
  expect(toValue({ 'a\0': ['b\0', '\ud83d', '\u{1f600}', '\\u0000', '"\\'] })).toEqual({
    'a\ufffd': ['b\ufffd', '\ufffd', '\u{1f600}', '\\u0000', '"\\'],
  })
})
