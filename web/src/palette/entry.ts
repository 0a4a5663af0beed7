import type { LucideIcon } from 'lucide-react'

/** Something that one can find by typing and do with Enter. */
export interface Entry {
  readonly key: string
  /** What it stands among, in words. */
  readonly group: string
  readonly label: string
  /** What it does or where it lies, in a word or two. */
  readonly hint: string
  /** Other words by which somebody may look for it. */
  readonly words: string
  readonly icon: LucideIcon
  /** Only tells about something: it comes after what leads there or does it. */
  readonly isDocumentation?: boolean
  /** Shown before anything is typed. */
  readonly isUsual: boolean
  run(): void
}

export interface EntryGroup {
  readonly value: Entry['group']
  readonly items: readonly Entry[]
}
