import { Menu } from '@base-ui/react/menu'
import { Monitor, Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { buttonClass } from './button.tsx'
import { menuItemClass, menuPopupClass } from './menu.ts'

type Theme = 'system' | 'light' | 'dark'
const themes = { system: Monitor, light: Sun, dark: Moon } as const

function current(): Theme {
  const chosen = document.documentElement.dataset['theme']
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}

export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(current)
  const choose = (next: Theme) => {
    setTheme(next)
    if (next === 'system') {
      delete document.documentElement.dataset['theme']
      localStorage.removeItem('arcx-theme')
    } else {
      document.documentElement.dataset['theme'] = next
      localStorage.setItem('arcx-theme', next)
    }
  }
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
                <Menu.Item key={name} className={menuItemClass} onClick={() => choose(name)}>
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
