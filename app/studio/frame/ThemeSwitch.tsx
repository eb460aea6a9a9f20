// System, light or dark; public/theme.js sets the choice before the first paint.
import { useState } from 'react'
import { readPreference, writePreference } from '../store/preferences.ts'
import { Select } from '../ui/Select.tsx'
import { words } from '../words.ts'

const THEMES = ['system', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]

const isTheme = (value: unknown): value is Theme => THEMES.some((theme) => theme === value)

export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(() => readPreference('theme', 'system', isTheme))
  const choose = (value: string) => {
    if (!isTheme(value)) return
    setTheme(value)
    writePreference('theme', value, 'system')
    if (value === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = value
  }
  return (
    <Select
      label={words.theme.label}
      choices={THEMES.map((value) => ({ value, label: words.theme.names[value] }))}
      value={theme}
      onChange={choose}
    />
  )
}
