import { expect, test } from 'vitest'
import { LiveList } from './live-list.ts'

test('what was added is there until it is taken out, whatever else comes and goes', () => {
  const list = new LiveList<number>()
  const expected = new Map<number, () => void>()
  for (let step = 0; step < 1000; step += 1) {
    expected.set(step, list.add(step))
    const gone = (step * 7) % (step + 1)
    if (step % 3 !== 0) {
      expected.get(gone)?.()
      expected.delete(gone)
    }
    expect([...list].sort((a, b) => a - b)).toEqual([...expected.keys()].toSorted((a, b) => a - b))
    expect(list.size).toBe(expected.size)
  }
})

test('taking out twice takes nothing else out', () => {
  const list = new LiveList<string>()
  const remove = list.add('one')
  remove()
  list.add('two')
  remove()
  expect([...list]).toEqual(['two'])
})

test('whoever goes through it meets all that stay, and none that went, whatever comes and goes meanwhile', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const list = new LiveList<number>()
    const removes = new Map(Array.from({ length: 20 }, (_, item) => [item, list.add(item)]))
    const met = new Set<number>()
    for (const item of list) {
      expect(removes.has(item)).toBe(true)
      met.add(item)
      for (const gone of [(item * 7 + seed) % 20, (item * 11 + seed) % 23]) {
        removes.get(gone)?.()
        removes.delete(gone)
      }
      if (item % 5 === 0) removes.set(100 + item, list.add(100 + item))
    }
    for (const item of removes.keys()) if (item < 20) expect(met).toContain(item)
  }
})
