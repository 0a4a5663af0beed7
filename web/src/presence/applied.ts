import type { Present, PresenceChange } from '@arcx/router'

/** Who is here after a change. */
export function applied(present: readonly Present[], change: PresenceChange): readonly Present[] {
  switch (change.type) {
    case 'snapshot':
      return change.present
    case 'here':
      return [...present.filter(({ id }) => id !== change.present.id), change.present].sort(
        (a, b) => a.login.localeCompare(b.login) || a.id.localeCompare(b.id),
      )
    case 'gone':
      return present.filter(({ id }) => id !== change.id)
  }
}
