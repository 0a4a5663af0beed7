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

/** In time that grows with the two lengths multiplied, whatever the pattern. */
function isMatch(pattern: string, name: string): boolean {
  let states = new Set([0])
  const parts = pattern.match(/\*\*|\*|[^*]/gsu) ?? []
  const through = (from: Set<number>): Set<number> => {
    for (const at of from) if (parts[at] === '*' || parts[at] === '**') from.add(at + 1)
    return from
  }
  states = through(states)
  for (const letter of name) {
    const next = new Set<number>()
    for (const at of states) {
      const part = parts[at]
      if (part === '**' || (part === '*' && letter !== '/')) next.add(at)
      else if (part === letter) next.add(at + 1)
    }
    states = through(next)
  }
  return states.has(parts.length)
}
