/** Quiet hours: the daily time without alerts. */
export interface QuietHours {
  /** Local clock times: "22:00". */
  from: string
  to: string
}

/** Tells whether a time is in the quiet hours, which may span midnight. */
export function isQuiet(hours: QuietHours | null, now: Date): boolean {
  if (!hours) return false
  const pad = (n: number) => String(n).padStart(2, '0')
  const clock = `${pad(now.getHours())}:${pad(now.getMinutes())}`
  const { from, to } = hours
  return from <= to ? from <= clock && clock < to : from <= clock || clock < to
}
