import { i18n } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Monitor, Moon, Sun } from 'lucide-react'
import { buttonClass } from './button.tsx'
import { MenuButton } from './menu-button.tsx'
import { chooseTheme, useTheme } from './theme.ts'

const themes = { system: Monitor, light: Sun, dark: Moon } as const
const words = { system: msg`System theme`, light: msg`Light theme`, dark: msg`Dark theme` } as const

/** The entries of a menu that chooses one. */
export const themeEntries = () =>
  (['system', 'light', 'dark'] as const).map((name) => ({
    label: i18n._(words[name]),
    icon: themes[name],
    run: () => chooseTheme(name),
  }))

export function ThemeToggle() {
  const Icon = themes[useTheme()]
  return (
    <MenuButton label={t`Theme`} className={buttonClass('ghost', true)} entries={themeEntries()}>
      <Icon size={17} aria-hidden />
    </MenuButton>
  )
}
