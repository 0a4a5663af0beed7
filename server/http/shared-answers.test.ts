import { expect, test } from 'vitest'
import { SharedAnswers } from './shared-answers.ts'

test('what is frozen is put into words once; what may change, each time', () => {
  const answers = new SharedAnswers()
  const list = [{ name: 'Ü “quoted” 🙂' }]
  const frozen = Object.freeze([...list])
  const first = answers.encode(frozen)
  expect(String(first)).toBe(JSON.stringify({ result: { data: frozen } }))
  expect(answers.encode(frozen)).toBe(first)
  expect(answers.encode(Object.freeze([...list]))).not.toBe(first)
  expect(String(answers.encode(list))).toBe(String(first))
  list.push({ name: 'another' })
  expect(String(answers.encode(list))).toBe(JSON.stringify({ result: { data: list } }))
})

test.each([[undefined], [null], [''], [0], [false], [[]], [{ at: new Date(0), no: undefined }]])(
  '%j is the same text as tRPC’s own',
  (data) => expect(String(new SharedAnswers().encode(data))).toBe(JSON.stringify({ result: { data } })),
)
