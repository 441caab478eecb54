/** Formats times for people. */
import { currentDay, midnight } from './current-day'
import { locale } from './words'

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long' })
const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' })
const dayOfYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' })
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' })
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })

const DAY = 86_400_000

const daysAgo = (time: number) => Math.round((currentDay.value - midnight(time)) / DAY)

/** Makes a formatter that returns invalid times unchanged, and an empty text for null. */
const formatter =
  (say: (iso: string, time: number) => string) =>
  (iso: string | null | undefined): string => {
    const time = Date.parse(iso ?? '')
    return Number.isNaN(time) ? String(iso ?? '') : say(iso ?? '', time)
  }

export const clockTime = formatter((_, time) => clock.format(time))

export const fullTime = formatter((_, time) => full.format(time))

/** The day of a message: today, yesterday, a weekday, a date. */
export const dayName = formatter((_, time) => {
  const ago = daysAgo(time)
  if (ago < 2) return capital(relative.format(-ago, 'day'))
  if (ago < 7) return weekday.format(time)
  return new Date(time).getFullYear() === new Date(currentDay.value).getFullYear()
    ? day.format(time)
    : dayOfYear.format(time)
})

/** The name of any day. */
export const dateName = (date: Date): string => dayName(date.toISOString())

/** Short enough for a list: the clock today, else the day. */
export const shortTime = formatter((iso, time) => (daysAgo(time) === 0 ? clockTime(iso) : dayName(iso)))

/** "5 minutes ago". */
export const relativeTime = formatter((_, time) => {
  const minutes = Math.round((Date.now() - time) / 60_000)
  if (minutes < 60) return relative.format(-minutes, 'minute')
  if (minutes < 24 * 60) return relative.format(-Math.round(minutes / 60), 'hour')
  return relative.format(-daysAgo(time), 'day')
})

export const sameDay = (a: string, b: string): boolean => midnight(Date.parse(a)) === midnight(Date.parse(b))

const capital = (text: string) => text.charAt(0).toLocaleUpperCase() + text.slice(1)
