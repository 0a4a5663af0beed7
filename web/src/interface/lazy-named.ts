import { lazy } from 'react'
import type { ComponentType, LazyExoticComponent } from 'react'

const loads: (() => Promise<unknown>)[] = []

/** A component that comes with its own file, when it is first shown; `name` is what that file exports it by. */
export function lazyNamed<Name extends string, Props extends object>(
  load: () => Promise<Readonly<Record<Name, ComponentType<Props>>>>,
  name: Name,
): LazyExoticComponent<ComponentType<Props>> {
  bringLater(load)
  return lazy(async () => ({ default: (await load())[name] }))
}

/** To be brought once the page is at rest, though nobody has asked for it: later it may not come. */
export function bringLater(load: () => Promise<unknown>): void {
  loads.push(load)
}

/** How long a page has been shown when it is taken to be at rest. */
const restMs = 4000

/** Brings what the page may show next, so that it is there without a network too. Whoever saves data waits for it. */
export function bringRestWhenIdle(): void {
  const connection: unknown = Reflect.get(navigator, 'connection')
  const savesData =
    typeof connection === 'object' && connection !== null && Reflect.get(connection, 'saveData') === true
  if (savesData) return
  setTimeout(async () => {
    for (const load of loads) await load().catch(() => undefined)
  }, restMs)
}
