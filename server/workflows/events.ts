import type { Triggers } from './definition/triggers.ts'

export const githubEvents = ['push', 'pull_request', 'issues', 'issue_comment'] as const
export type GitHubEventName = (typeof githubEvents)[number]

export const githubEvent = (name: GitHubEventName, repository: string): string => `${name} ${repository.toLowerCase()}`

/** By which those events are found that may start a workflow. */
export function eventsOf(on: Triggers): readonly string[] {
  return [
    ...(on.workspace === undefined ? [] : ['workspace']),
    ...(on.workflow_run === undefined ? [] : ['workflow_run']),
    ...githubEvents.flatMap((name) => {
      const trigger = on[name]
      return trigger === undefined ? [] : [githubEvent(name, trigger.repository)]
    }),
  ]
}

/** Whether a name is one of some patterns: `*` stands for anything but `/`, `**` for anything; `!` before one takes out. */
export function matches(patterns: readonly string[] | undefined, name: string): boolean {
  if (patterns === undefined) return true
  let is = false
  for (const pattern of patterns) {
    const isTaken = pattern.startsWith('!')
    if (isMatch(isTaken ? pattern.slice(1) : pattern, name)) is = !isTaken
  }
  return is
}

/** Letters of patterns for each letter of a name. */
const mostSteps = 20_000_000

/** Whether any of many names is; also where there are too many to look at all of them, as on GitHub. */
export function matchesAny(patterns: readonly string[] | undefined, names: readonly string[]): boolean {
  if (patterns === undefined) return true
  const letters = patterns.reduce((sum, pattern) => sum + pattern.length, 0)
  let left = mostSteps
  return names.some((name) => (left -= letters * name.length) < 0 || matches(patterns, name))
}

/** In time that grows with the two lengths multiplied, whatever the pattern. */
function isMatch(pattern: string, name: string): boolean {
  const parts = pattern.match(/\*\*|\*|[^*]/gsu) ?? []
  const count = parts.length
  // Which parts are behind what was read of the name. Counted loops, as this is asked for each path of a push.
  let at = new Uint8Array(count + 1)
  let next = new Uint8Array(count + 1)
  at[0] = 1
  pass(parts, at)
  for (const letter of name) {
    next.fill(0)
    for (let index = 0; index < count; index += 1) {
      if (at[index] !== 1) continue
      const part = parts[index]
      if (part === '**' || (part === '*' && letter !== '/')) next[index] = 1
      else if (part === letter) next[index + 1] = 1
    }
    pass(parts, next)
    ;[at, next] = [next, at]
  }
  return at[count] === 1
}

/** Stars stand for nothing, too. */
function pass(parts: readonly string[], at: Uint8Array): void {
  for (let index = 0; index < parts.length; index += 1)
    if (at[index] === 1 && (parts[index] === '*' || parts[index] === '**')) at[index + 1] = 1
}
