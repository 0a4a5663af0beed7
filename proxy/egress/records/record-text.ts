import { findCredentials } from '@arcx/detector/detector'

const longest = 500

/**
 * A path for the record: names of query parameters stay, values go, and so does what `scrub` knows and what looks like a
 * credential of which nobody has told arcx. Cut at the end, last of all: a part of a value looks like nothing.
 */
export function recordedPath(target: string, scrub: (text: string) => string): string {
  return withoutCredentials(scrub(hiddenQuery(target))).slice(0, longest)
}

function hiddenQuery(target: string): string {
  const [path = '', query] = target.split('?', 2)
  if (query === undefined) return path
  const names = query.split('&').map((each) => `${each.split('=', 1)[0]}=…`)
  return `${path}?${names.join('&')}`
}

function withoutCredentials(path: string): string {
  let out = ''
  let done = 0
  for (const { rule, start, end } of findCredentials(path)) {
    if (start < done) continue
    out += `${path.slice(done, start)}[${rule}]`
    done = end
  }
  return out + path.slice(done)
}
