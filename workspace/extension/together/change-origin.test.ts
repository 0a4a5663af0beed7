import { expect, test, vi } from 'vitest'
import { ChangeOrigin } from './change-origin.ts'

const change = (text: string, isDirty: boolean, isUndone = false) => ({ text, hasChanged: true, isDirty, isUndone })
const becameDirty = { text: '', hasChanged: false, isDirty: true, isUndone: false }

function origins(isMarked = false) {
  const told: [boolean, string][] = []
  const origin = new ChangeOrigin(
    (isFromDisk, text) => void told.push([isFromDisk, text]),
    () => isMarked,
  )
  return { told, origin }
}

test('a first letter that is told of before the document is dirty was typed all the same', () => {
  const { told, origin } = origins()
  origin.on(change('a', false))
  expect(told).toEqual([])
  origin.on(becameDirty)
  origin.on(change('ab', true))
  expect(told).toEqual([
    [false, 'a'],
    [false, 'ab'],
  ])
})

test('what leaves a document clean came from disk, with the text it had then', async () => {
  const { told, origin } = origins()
  origin.on(change('read', false))
  origin.on(change('read again', false))
  expect(told).toEqual([[true, 'read']])
  await vi.waitFor(() =>
    expect(told).toEqual([
      [true, 'read'],
      [true, 'read again'],
    ]),
  )
})

test('what was typed after a reading does not take the reading for typed', () => {
  const { told, origin } = origins()
  origin.on(change('read', false))
  origin.on(change('read!', true))
  origin.on(becameDirty)
  expect(told).toEqual([
    [true, 'read'],
    [false, 'read!'],
  ])
})

test('an undoing that leaves a document clean is its person’s', () => {
  const { told, origin } = origins()
  origin.on(change('before', false, true))
  expect(told).toEqual([[false, 'before']])
})

test('what is typed while the editor takes the document for saved and its tab does not was typed', async () => {
  const { told, origin } = origins(true)
  origin.on(change('saved and more', false))
  origin.on(change('saved and more!', false))
  await vi.waitFor(() =>
    expect(told).toEqual([
      [false, 'saved and more'],
      [false, 'saved and more!'],
    ]),
  )
})
