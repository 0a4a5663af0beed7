import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test, vi } from 'vitest'
import type { Note } from './news.ts'
import { ShownNotes } from './shown-notes.ts'

const note = (key: string): Note => ({ key, title: key, body: '', leads: { to: 'page', path: '/dashboard' } })

/** The system's side: it knows a notification, as Electron's does, only as long as somebody holds it. */
class System {
  readonly made: { readonly key: string; readonly held: WeakRef<Shown>; isShown: boolean }[] = []

  make({ key }: Note): Shown {
    const entry: System['made'][number] = {
      key,
      held: new WeakRef(
        new Shown(
          () => (entry.isShown = true),
          () => (entry.isShown = false),
        ),
      ),
      isShown: false,
    }
    this.made.push(entry)
    return entry.held.deref() ?? expect.fail('It is gone already.')
  }
}

class Shown {
  readonly show: () => void
  readonly #hide: () => void
  click: () => void = () => undefined
  dismiss: () => void = () => undefined

  constructor(show: () => void, hide: () => void) {
    this.show = show
    this.#hide = hide
  }

  onClick(run: () => void): void {
    this.click = run
  }

  onGone(run: () => void): void {
    this.dismiss = run
  }

  close(): void {
    this.#hide()
    this.dismiss()
  }
}

test('a notification is held until it is clicked or dismissed, however much is collected meanwhile', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const system = new System()
  const notes = new ShownNotes((each) => system.make(each))
  const clicked: string[] = []
  for (const key of ['a', 'b', 'c']) notes.show(note(key), () => void clicked.push(key))
  // A weak reference holds for the job that made it.
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  const held = (key: string) => system.made.find((each) => each.key === key)?.held.deref()
  expect(['a', 'b', 'c'].map((key) => held(key) !== undefined)).toEqual([true, true, true])
  held('a')?.click()
  held('b')?.dismiss()
  expect([clicked, notes.count]).toEqual([['a'], 1])
  await vi.waitFor(() => {
    collect()
    expect([held('a') === undefined, held('b') === undefined]).toEqual([true, true])
  })
  expect(held('c')).toBeDefined()
})

test('a later one with the same key takes the place of the earlier, whose end does not forget it', () => {
  const system = new System()
  const notes = new ShownNotes((each) => system.make(each))
  const clicked: number[] = []
  notes.show(note('same'), () => void clicked.push(1))
  notes.show(note('same'), () => void clicked.push(2))
  expect([system.made.map(({ isShown }) => isShown), notes.count]).toEqual([[false, true], 1])
  system.made[1]?.held.deref()?.click()
  expect([clicked, notes.count]).toEqual([[2], 0])
})
