import { EventEmitter, on } from 'node:events'
import { expect, test } from 'vitest'
import { merged } from './merged.ts'

const listening = (emitter: EventEmitter) =>
  async function* (signal: AbortSignal): AsyncIterable<number> {
    for await (const [value] of on(emitter, 'value', { signal }) as AsyncIterable<[number]>) {
      if (value < 0) throw new Error(`failed with ${value}`)
      yield value
    }
  }

test('what several sources yield comes in the order in which they yield it, and a failure of one ends all', async () => {
  const [one, other] = [new EventEmitter(), new EventEmitter()]
  const seen: number[] = []
  const reading = (async () => {
    for await (const value of merged([listening(one), listening(other)], new AbortController().signal)) {
      seen.push(value)
      if (value < 4) (value % 2 === 0 ? other : one).emit('value', value + 1)
      else one.emit('value', -1)
    }
  })()
  one.emit('value', 1)
  await expect(reading).rejects.toThrow('failed with -1')
  expect(seen).toEqual([1, 2, 3, 4])
  expect([one.listenerCount('value'), other.listenerCount('value')]).toEqual([0, 0])
})

test('it ends with its signal, and when nobody reads on', async () => {
  const emitter = new EventEmitter()
  const abort = new AbortController()
  const reading = merged([listening(emitter)], abort.signal)
  const ended = reading[Symbol.asyncIterator]().next()
  abort.abort()
  await expect(ended).rejects.toThrow()
  setImmediate(() => emitter.emit('value', 1))
  for await (const value of merged([listening(emitter), listening(new EventEmitter())], new AbortController().signal)) {
    expect(value).toBe(1)
    break
  }
  expect(emitter.listenerCount('value')).toBe(0)
})
