import { expect, test } from 'vitest'
import { forcesSandbox } from './sandbox.ts'

test.each([
  { withoutSandbox: false, userId: 1000, forced: true },
  { withoutSandbox: true, userId: 1000, forced: true },
  // Windows has no such number.
  { withoutSandbox: true, userId: null, forced: true },
  { withoutSandbox: false, userId: 0, forced: true },
  { withoutSandbox: true, userId: 0, forced: false },
])('only root, and only where it asks, goes without a sandbox: %o', ({ forced, ...asked }) =>
  expect(forcesSandbox(asked)).toBe(forced),
)
