import { Menu } from '@base-ui/react/menu'
import { useLayoutEffect, useRef } from 'react'
import type { MenuButtonProps } from './menu.ts'

const popupClass =
  'min-w-44 rounded-xl border border-line bg-raised p-1 shadow-pop text-sm outline-none origin-[var(--transform-origin)] transition-[opacity,transform] data-[starting-style]:opacity-0 data-[starting-style]:scale-95 data-[ending-style]:opacity-0'
const itemClass =
  'flex items-center gap-2 rounded-lg px-2.5 py-2 cursor-default select-none outline-none data-[highlighted]:bg-sunken data-[disabled]:opacity-45'

/** The menu itself, open from the first. */
export default function OpenedMenu({ label, className, children, head, entries }: MenuButtonProps) {
  const trigger = useRef<HTMLButtonElement>(null)
  // It takes the place of the button that was pressed, and so its focus: to come back to when the menu closes.
  useLayoutEffect(() => trigger.current?.focus({ preventScroll: true }), [])
  return (
    <Menu.Root defaultOpen>
      <Menu.Trigger ref={trigger} className={className} aria-label={label}>
        {children}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="z-40">
          <Menu.Popup className={popupClass}>
            {head}
            {entries.map(({ label: words, icon: Icon, isBad = false, isDisabled = false, run }) => (
              <Menu.Item
                key={words}
                className={`${itemClass} ${isBad ? 'text-bad' : ''}`}
                disabled={isDisabled}
                onClick={run}
              >
                <Icon size={15} aria-hidden /> {words}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
