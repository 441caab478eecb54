/** Which day it is, for everything that says "today": also over midnight, and after the computer has slept. */
import { signal } from '@preact/signals'

/** Midnight of a moment's day, in the reader's zone. */
export const midnight = (time: number): number => new Date(time).setHours(0, 0, 0, 0)

/** When today began. What is drawn with it is drawn again when another day begins. */
export const currentDay = signal(midnight(Date.now()))

/** A timer stands still while a computer sleeps: it looks again soon, not only at midnight. */
const CHECK_INTERVAL = 60_000

/** Keeps `today` true. */
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
