import { findCredentials } from '@arcx/detector/detector'

/** A path for the record: names of query parameters stay, values go. */
export function hiddenQuery(target: string): string {
  const [path = '', query] = target.split('?', 2)
  if (query === undefined) return path.slice(0, 500)
  const names = query.split('&').map((each) => `${each.split('=', 1)[0]}=…`)
  return `${path}?${names.join('&')}`.slice(0, 500)
}

/** The same without what looks like a credential, of which nobody has told arcx. */
export function withoutCredentials(path: string): string {
  let out = ''
  let done = 0
  for (const { rule, start, end } of findCredentials(path)) {
    if (start < done) continue
    out += `${path.slice(done, start)}[${rule}]`
    done = end
  }
  return out + path.slice(done)
}
