/** How this person likes it on this device: kept over a reload, and the same in every tab. */
import { effect, type Signal, signal } from '@preact/signals'
import type { QuietHours } from './notifications/quiet-hours'

/** Something kept under a name, as text. */
function stored<T>(name: string, read: (text: string | null) => T, written: (value: T) => string): Signal<T> {
  const key = `parlour:${name}`
  const value = signal(read(localStorage.getItem(key)))
  let first = true
  effect(() => {
    const text = written(value.value)
    // What nobody has chosen is not kept: a later version may have a better default.
    if (!first && text !== localStorage.getItem(key)) localStorage.setItem(key, text)
    first = false
  })
  addEventListener('storage', (event) => {
    if (event.key === key) value.value = read(event.newValue)
  })
  return value
}

/** One of several; the first of them until another is chosen. */
function choice<const T extends string>(name: string, options: readonly [T, ...T[]]): Signal<T> {
  const read = (text: string | null) => options.find((option) => option === text) ?? options[0]
  return stored<T>(name, read, (value) => value)
}

const toggle = (name: string): Signal<boolean> =>
  stored(
    name,
    (text) => text === 'on',
    (value) => (value ? 'on' : 'off'),
  )

export const THEMES = ['system', 'light', 'dark'] as const
export const theme = choice('theme', THEMES)

export const DENSITIES = ['comfortable', 'compact'] as const
export const density = choice('density', DENSITIES)

/** What sends a message: Enter, with Shift+Enter for a new line, or Ctrl+Enter, with Enter for one. */
export const SENDING = ['enter', 'ctrl-enter'] as const
export const sending = choice('sending', SENDING)

/** The languages there are, each by its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES
export const LANGUAGE_CHOICES = ['system', 'en', 'de'] as const
export const language = choice('language', LANGUAGE_CHOICES)

/** Whether a sound is made, and whether the desktop is used for what happens while one looks elsewhere. */
export const sound = toggle('sound')
export const desktop = toggle('desktop')

const CLOCK_TIMES = /^(\d\d:\d\d)-(\d\d:\d\d)$/

export const quietHours = stored<QuietHours | null>(
  'quiet-hours',
  (text) => {
    const [, from, to] = CLOCK_TIMES.exec(text ?? '') ?? []
    return from && to ? { from, to } : null
  },
  (value) => (value ? `${value.from}-${value.to}` : ''),
)

effect(() => {
  const { dataset } = document.documentElement
  if (theme.value === 'system') delete dataset.theme
  else dataset.theme = theme.value
  dataset.density = density.value
})
