import { Menu } from '@base-ui/react/menu'
import { Monitor, Moon, Sun } from 'lucide-react'
import { buttonClass } from './button.tsx'
import { menuItemClass, menuPopupClass } from './menu.ts'
import { chooseTheme, useTheme } from './theme.ts'

const themes = { system: Monitor, light: Sun, dark: Moon } as const

export function ThemeToggle() {
  const theme = useTheme()
  const Icon = themes[theme]
  return (
    <Menu.Root>
      <Menu.Trigger className={buttonClass('ghost', true)} aria-label="Colours">
        <Icon size={17} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="z-40">
          <Menu.Popup className={menuPopupClass}>
            {(['system', 'light', 'dark'] as const).map((name) => {
              const ItemIcon = themes[name]
              return (
                <Menu.Item key={name} className={menuItemClass} onClick={() => chooseTheme(name)}>
                  <ItemIcon size={15} aria-hidden /> {name === 'system' ? 'As the system' : name === 'light' ? 'Light' : 'Dark'}
                </Menu.Item>
              )
            })}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
