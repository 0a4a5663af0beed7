export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Inset {
  readonly top: number
  readonly right: number
}

const leastWidth = 320
const leastHeight = 200

/** Where a workspace's view stands: under the strip of tabs and left of the panel, but never so small that nobody could work in it. */
export function viewBounds(content: { readonly width: number; readonly height: number }, inset: Inset): Rectangle {
  const right = content.width - inset.right < leastWidth ? 0 : inset.right
  const top = content.height - inset.top < leastHeight ? 0 : inset.top
  return { x: 0, y: top, width: Math.max(1, content.width - right), height: Math.max(1, content.height - top) }
}
