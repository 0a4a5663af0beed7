import { expect, test } from 'vitest'
import { chosen } from './chosen.ts'

async function* numbers(ends: string[]) {
  try {
    for (let number = 1; number <= 4; number += 1) yield number
  } finally {
    ends.push('ended')
  }
}

test('gives what is made of each item, in order, and leaves out what is nothing', async () => {
  const got: string[] = []
  for await (const item of chosen(numbers([]), async (number) => (number % 2 === 0 ? `${number}` : null)))
    got.push(item)
  expect(got).toEqual(['2', '4'])
})

test('ends the source when nobody wants more, and when the choice fails', async () => {
  const ends: string[] = []
  for await (const _ of chosen(numbers(ends), async (number) => number)) break
  expect(ends).toEqual(['ended'])
  const fails = async () => {
    for await (const _ of chosen(numbers(ends), () => Promise.reject(new Error('no more')))) expect.fail()
  }
  await expect(fails()).rejects.toThrow('no more')
  expect(ends).toEqual(['ended', 'ended'])
})
