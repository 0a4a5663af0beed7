import { z } from 'zod'
import type { Rectangle } from '../tabs/layout.ts'

export const Placement = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(400).max(20_000),
  height: z.number().int().min(300).max(20_000),
  isMaximized: z.boolean(),
})
export type Placement = z.infer<typeof Placement>

const usual = { width: 1280, height: 840 }
/** So much of the title bar must be where somebody can take hold of it. */
const graspable = 100

/** Where a window opens: where it was, unless no display is there any more or another window stands there; then in its size, elsewhere. */
export function placeWindow(
  remembered: Placement | null,
  displays: readonly Rectangle[],
  isFree = true,
): Partial<Rectangle> & { readonly width: number; readonly height: number; readonly isMaximized: boolean } {
  if (remembered === null) return { ...usual, isMaximized: false }
  const { x, y, width, height, isMaximized } = remembered
  if (!isFree) return { width, height, isMaximized: false }
  const isSeen = displays.some((display) => {
    const across = Math.min(x + width, display.x + display.width) - Math.max(x, display.x)
    return across >= graspable && y >= display.y && y <= display.y + display.height - graspable
  })
  return isSeen ? { x, y, width, height, isMaximized } : { width, height, isMaximized }
}
