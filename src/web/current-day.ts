/** The current day as a signal, also after midnight and after the computer has slept. */
import { signal } from '@preact/signals'

/** The midnight at which the day of a time began, in the local time zone. */
export const midnight = (time: number): number => new Date(time).setHours(0, 0, 0, 0)

/** The time at which today began. Components that read it render again on a new day. */
export const currentDay = signal(midnight(Date.now()))

/** Milliseconds between checks. Timers stop while a computer sleeps, so one timer for midnight is not enough. */
const CHECK_INTERVAL = 60_000

/** Keeps `currentDay` up to date. */
export function watchCurrentDay(): void {
  const look = () => {
    currentDay.value = midnight(Date.now())
  }
  setInterval(look, CHECK_INTERVAL)
  for (const event of ['focus', 'pageshow', 'online', 'resume']) addEventListener(event, look)
  document.addEventListener('visibilitychange', look)
  void atMidnight(look)
}

function atMidnight(look: () => void): void {
  const tomorrow = new Date(currentDay.value)
  tomorrow.setDate(tomorrow.getDate() + 1)
  setTimeout(
    () => {
      look()
      atMidnight(look)
    },
    Math.max(1_000, tomorrow.getTime() - Date.now() + 50),
  )
}
