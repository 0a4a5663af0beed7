import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

export interface MenuEntry {
  readonly label: string
  readonly icon: LucideIcon
  readonly isBad?: boolean
  readonly isDisabled?: boolean
  run(): void
}

export interface MenuButtonProps {
  label: string
  className: string
  /** What the button shows. */
  children: ReactNode
  /** Above the entries, for what is no entry. */
  head?: ReactNode
  entries: readonly MenuEntry[]
}
