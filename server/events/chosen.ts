/**
 * What `choose` makes of each item, without those of which it makes null. A generator would hold on to the last item for
 * as long as it waits for the next one; of 1000 who wait, each would keep a list that was sent long ago.
 */
export function chosen<Item, Made>(
  items: AsyncIterable<Item>,
  choose: (item: Item) => Promise<Made | null>,
): AsyncIterable<Made> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = items[Symbol.asyncIterator]()
      const end = async (): Promise<IteratorReturnResult<undefined>> => {
        await iterator.return?.()
        return { done: true, value: undefined }
      }
      return {
        async next() {
          for (;;) {
            const { done, value } = await iterator.next()
            if (done === true) return { done, value: undefined }
            const made = await choose(value).catch(async (error: unknown) => {
              await end()
              throw error
            })
            if (made !== null) return { done: false, value: made }
          }
        },
        return: end,
      }
    },
  }
}
