import { z } from 'zod'
import type { ValueMap } from './expressions/value.ts'
import { toValue } from './expressions/value.ts'
import type { Triggers } from './definition/triggers.ts'
import { matches, matchesAny } from './events.ts'
import type { GitHubEventName } from './events.ts'

/** Nothing of what people write is longer in an expression. */
const text = (most: number) => z.string().transform((all) => all.slice(0, most))
const Person = z.object({ id: z.number(), login: text(100) })
const Repository = z.object({
  id: z.number(),
  full_name: z.string().max(250),
  private: z.boolean(),
  default_branch: text(250).optional(),
  clone_url: text(500).optional(),
  owner: z.object({ id: z.number() }),
})
const common = { repository: Repository, sender: Person }
const Label = z.object({ name: text(100) })
const Issue = z.object({
  number: z.number(),
  title: text(500),
  body: text(10_000).nullish(),
  html_url: text(500).optional(),
  updated_at: z.string().max(40).optional(),
  labels: z.array(Label).max(100).default([]),
  user: Person,
})
const Branch = z.object({
  ref: text(250),
  sha: text(64),
  repo: z.object({ id: z.number(), full_name: text(250), clone_url: text(500).optional() }).nullable(),
})

const schemas = {
  push: z.object({
    ...common,
    ref: text(300),
    before: text(64),
    after: text(64),
    commits: z
      .array(
        z.object({
          added: z.array(z.string()).default([]),
          modified: z.array(z.string()).default([]),
          removed: z.array(z.string()).default([]),
        }),
      )
      .default([]),
  }),
  pull_request: z.object({
    ...common,
    action: text(40),
    label: Label.optional(),
    pull_request: Issue.omit({ labels: true }).extend({
      head: Branch,
      base: Branch,
      merged: z.boolean().default(false),
      draft: z.boolean().default(false),
    }),
  }),
  issues: z.object({ ...common, action: text(40), label: Label.optional(), issue: Issue }),
  issue_comment: z.object({
    ...common,
    action: text(40),
    issue: Issue.extend({ pull_request: z.object({}).optional() }),
    comment: z.object({ id: z.number(), body: text(10_000), html_url: text(500).optional(), user: Person }),
  }),
} as const

type Payloads = { readonly [Name in GitHubEventName]: z.infer<(typeof schemas)[Name]> }

/** What of a delivery concerns workflows. */
export interface GitHubEvent {
  readonly repository: z.infer<typeof Repository>
  readonly sender: z.infer<typeof Person>
  /** Who wrote what is in it, where that is somebody else than the sender too. */
  readonly authors: readonly number[]
  /** It comes out of another repository than the one that it is sent of. */
  readonly isForeign: boolean
  /** The same for the same event, however often it is sent. */
  readonly cause: string
  readonly event: ValueMap
  starts(on: Triggers): boolean
}

/** Null for what is no such event, or none that starts anything. */
export function readGitHubEvent(name: GitHubEventName, payload: unknown): GitHubEvent | null {
  const parsed = schemas[name].safeParse(payload)
  return parsed.success ? readers[name](parsed.data as never) : null
}

const readers: { readonly [Name in GitHubEventName]: (payload: Payloads[Name]) => GitHubEvent | null } = {
  push(payload) {
    const branch = /^refs\/heads\/(?<name>.+)$/.exec(payload.ref)?.groups?.['name']
    if (branch === undefined || /^0+$/.test(payload.after)) return null
    const paths = payload.commits.flatMap(({ added, modified, removed }) => [...added, ...modified, ...removed])
    const { commits: _, ...shown } = payload
    return {
      ...base('push', payload, shown, [payload.ref, payload.after]),
      starts: ({ push }) => push !== undefined && matches(push.branches, branch) && matchesAny(push.paths, paths),
    }
  },
  pull_request(payload) {
    const { action, pull_request: pull, repository } = payload
    return {
      ...base('pull_request', payload, payload, [
        pull.number,
        action,
        pull.head.sha,
        pull.updated_at,
        payload.label?.name,
      ]),
      authors: [pull.user.id],
      isForeign: pull.head.repo?.id !== repository.id,
      starts: ({ pull_request: on }) =>
        on !== undefined && on.types.some((type) => type === action) && matches(on.branches, pull.base.ref),
    }
  },
  issues(payload) {
    const { action, issue, label } = payload
    return {
      ...base('issues', payload, payload, [issue.number, action, issue.updated_at, label?.name]),
      starts: ({ issues: on }) =>
        on !== undefined &&
        on.types.some((type) => type === action) &&
        (action !== 'labeled' || on.labels === undefined || on.labels.includes(label?.name ?? '')),
    }
  },
  issue_comment(payload) {
    const { action, comment } = payload
    const [word = ''] = comment.body.trim().split(/\s/)
    if (action !== 'created') return null
    return {
      ...base('issue_comment', payload, payload, [comment.id]),
      authors: [comment.user.id],
      starts: ({ issue_comment: on }) => on !== undefined && on.command === word,
    }
  },
}

const base = (
  name: GitHubEventName,
  { repository, sender }: { readonly repository: GitHubEvent['repository']; readonly sender: GitHubEvent['sender'] },
  shown: unknown,
  about: readonly unknown[],
): Omit<GitHubEvent, 'starts'> => ({
  repository,
  sender,
  authors: [],
  isForeign: false,
  cause: `github ${name} ${repository.id} ${about.map((each) => String(each ?? '')).join(' ')}`.slice(0, 1000),
  event: { name, ...(toValue(shown) as ValueMap) },
})
