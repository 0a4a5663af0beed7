import { Monitor, Moon, Sun } from 'lucide-react'
import { buttonClass } from './button.tsx'
import { MenuButton } from './menu-button.tsx'
import { chooseTheme, useTheme } from './theme.ts'

const themes = { system: Monitor, light: Sun, dark: Moon } as const
const words = { system: 'As the system', light: 'Light', dark: 'Dark' } as const

export function ThemeToggle() {
  const Icon = themes[useTheme()]
  return (
    <MenuButton label="Colours" className={buttonClass('ghost', true)} entries={(['system', 'light', 'dark'] as const).map((name) => ({ label: words[name], icon: themes[name], run: () => chooseTheme(name) }))}>
      <Icon size={17} aria-hidden />
    </MenuButton>
  )
}
