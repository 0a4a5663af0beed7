import { lazy } from 'react'
import type { ComponentType, LazyExoticComponent } from 'react'

/** A component that comes with its own file, when it is first shown; `name` is what that file exports it by. */
export function lazyNamed<Name extends string, Props extends object>(
  load: () => Promise<Readonly<Record<Name, ComponentType<Props>>>>,
  name: Name,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => ({ default: (await load())[name] }))
}
