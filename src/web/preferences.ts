/** Preferences of this device. They survive a reload and are the same in every tab. */
import { effect, type Signal, signal } from '@preact/signals'
import type { QuietHours } from './notifications/quiet-hours'

/** A signal that is stored under a name, as text. */
function stored<T>(name: string, read: (text: string | null) => T, written: (value: T) => string): Signal<T> {
  const key = `parlour:${name}`
  const value = signal(read(localStorage.getItem(key)))
  let first = true
  effect(() => {
    const text = written(value.value)
    // A default is not stored, because a later version may have another one.
    if (!first && text !== localStorage.getItem(key)) localStorage.setItem(key, text)
    first = false
  })
  addEventListener('storage', (event) => {
    if (event.key === key) value.value = read(event.newValue)
  })
  return value
}

/** One of several options. The first is the default. */
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

/** The key that sends a message: Enter (Shift+Enter breaks the line), or Ctrl+Enter (Enter breaks the line). */
export const SENDING = ['enter', 'ctrl-enter'] as const
export const sending = choice('sending', SENDING)

/** The languages of the app, each by its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES
export const LANGUAGE_CHOICES = ['system', 'en', 'de'] as const
export const language = choice('language', LANGUAGE_CHOICES)

/** Sound on new notifications, and notifications on the desktop while the app has no focus. */
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
