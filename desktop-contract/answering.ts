import { requests } from './contract.ts'
import type { InputOf, OutputOf, RequestName } from './contract.ts'

/** What the main process does for each request of a page; `from` is the window that it belongs to. */
export type Answers<From> = {
  readonly [N in RequestName]: (input: InputOf<N>, from: From) => OutputOf<N> | Promise<OutputOf<N>>
}

/** Where a request came from, as Electron says it. */
export interface Sender {
  /** The page's address. */
  readonly url: string
  /** False for a frame inside the page. */
  readonly isTop: boolean
}

/** Only the app's own pages ask, and only as the whole page: what a workspace shows is never one of them. */
export function isOwnPage(sender: Sender, appOrigin: string): boolean {
  return sender.isTop && isAt(sender.url, appOrigin)
}

/** Compared by its parts: `URL.origin` is `null` for every scheme of an app's own. */
export function isAt(url: string, origin: string): boolean {
  const [one, other] = [URL.parse(url), new URL(origin)]
  return (
    one !== null &&
    one.protocol === other.protocol &&
    one.host === other.host &&
    one.username === '' &&
    one.password === ''
  )
}

/** Parses a request and answers it. @throws for one that is not in the contract. */
export async function answer<From>(
  answers: Answers<From>,
  from: From,
  name: unknown,
  input: unknown,
): Promise<unknown> {
  if (typeof name !== 'string' || !Object.hasOwn(requests, name)) throw new Error('There is no such request.')
  const known = name as RequestName
  const parsed = requests[known].input.safeParse(input)
  if (!parsed.success) throw new Error(`That is not what ${known} takes.`)
  const run = answers[known] as (input: unknown, from: From) => unknown
  return run(parsed.data, from)
}
