/** Light, dark, or as the system says. */
import { effect, signal } from '@preact/signals'

export type Theme = 'light' | 'dark' | 'system'

const KEY = 'parlour:theme'
const kept = localStorage.getItem(KEY)

export const theme = signal<Theme>(kept === 'light' || kept === 'dark' ? kept : 'system')

effect(() => {
  const { value } = theme
  if (value === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = value
  localStorage.setItem(KEY, value)
})
