/** What a form in Stripe's writing holds: `items[0][id]=si_1` is `{ items: [{ id: 'si_1' }] }`. */
export function parseForm(text: string): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const [first = '', ...inner] = name.split('[').map((part) => part.replace(/\]$/, ''))
    put(root, [first, ...inner], value)
  }
  return listsIn(root) as Record<string, unknown>
}

function put(into: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    into[key] = value
    return
  }
  const inner = (into[key] ??= {}) as Record<string, unknown>
  put(inner, rest, value)
}

/** Objects whose keys are 0, 1 … are lists. */
function listsIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, listsIn(inner)] as const)
  return entries.length > 0 && entries.every(([key], index) => key === String(index))
    ? entries.map(([, inner]) => inner)
    : Object.fromEntries(entries)
}
