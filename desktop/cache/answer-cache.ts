import { z } from 'zod'
import type { Workspace, WorkspaceChange } from '@arcx/router'
import type { JsonFile } from '../storage/json-file.ts'

export const CachedAnswers = z.record(z.string(), z.unknown())
export type CachedAnswers = z.infer<typeof CachedAnswers>

/** The list with a change in it; an older change than what is there changes nothing. */
export function applied(list: readonly Workspace[], change: WorkspaceChange): readonly Workspace[] {
  switch (change.type) {
    case 'snapshot':
      return change.workspaces
    case 'changed': {
      const known = list.find(({ id }) => id === change.workspace.id)
      if (known !== undefined && known.revision > change.workspace.revision) return list
      return [...list.filter(({ id }) => id !== change.workspace.id), change.workspace].toSorted((a, b) =>
        a.name.localeCompare(b.name),
      )
    }
    case 'removed':
      return list.filter(({ id }) => id !== change.workspaceId)
  }
}

/** What an account's server said last, on disk, so that the next start shows it at once. Never a secret's value: only the procedures named here. */
const kept: ReadonlySet<string> = new Set(['auth.me', 'workspaces.list', 'teams.list'])

/** Grows when one of those answers is given another shape: what an earlier app has kept is then not shown. */
const shape = 2

export class AnswerCache {
  readonly #file: JsonFile<typeof CachedAnswers>
  #answers: CachedAnswers
  #isForgotten = false

  private constructor(file: JsonFile<typeof CachedAnswers>, answers: CachedAnswers) {
    this.#file = file
    this.#answers = answers
  }

  static async open(file: JsonFile<typeof CachedAnswers>): Promise<AnswerCache> {
    const { shape: written, ...answers } = (await file.read()) ?? {}
    return new AnswerCache(file, written === shape ? answers : {})
  }

  get answers(): CachedAnswers {
    return this.#answers
  }

  get workspaces(): readonly Workspace[] {
    return (this.#answers['workspaces.list'] ?? []) as readonly Workspace[]
  }

  async keep(path: string, data: unknown): Promise<void> {
    if (this.#isForgotten || !kept.has(path)) return
    this.#answers = { ...this.#answers, [path]: data }
    // It is known all the same where the disk is full: only the next start shows less.
    await this.#file.write({ ...this.#answers, shape }).catch(() => undefined)
  }

  /** Nothing of it stays, and nothing comes to it. */
  async forget(): Promise<void> {
    this.#isForgotten = true
    this.#answers = {}
    await this.#file.remove()
  }
}
