/** Each circle among what needs what. */
export function cyclesIn(needs: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const done = new Set<string>()
  const found: (readonly string[])[] = []
  const follow = (name: string, way: readonly string[]): void => {
    const start = way.indexOf(name)
    // One that needs itself is told of where it says so.
    if (start >= 0) return void (way.length - start > 1 && found.push(way.slice(start)))
    if (done.has(name)) return
    for (const next of needs.get(name) ?? []) follow(next, [...way, name])
    done.add(name)
  }
  for (const name of needs.keys()) follow(name, [])
  return found
}
