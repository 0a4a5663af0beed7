import { Suspense, lazy, useState } from 'react'
import { bringLater } from './lazy-named.ts'
import type { MenuButtonProps } from './menu.ts'

const bring = () => import('./menu-popup.tsx')
const OpenedMenu = lazy(bring)
bringLater(bring)

/** A button with a menu, which is brought when somebody is about to open it. */
export function MenuButton(props: MenuButtonProps) {
  const [isAsked, setAsked] = useState(false)
  const { label, className, children } = props
  const button = (
    <button
      type="button"
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      className={className}
      onPointerEnter={() => void bring()}
      onFocus={() => void bring()}
      onClick={() => setAsked(true)}
    >
      {children}
    </button>
  )
  return isAsked ? (
    <Suspense fallback={button}>
      <OpenedMenu {...props} />
    </Suspense>
  ) : (
    button
  )
}
