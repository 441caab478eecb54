/** A daily time in which nothing makes itself heard or seen. */
export interface QuietHours {
  /** As clocks show it, in the reader's zone: "22:00". */
  from: string
  to: string
}

/** Whether a moment is in the quiet hours; they may go over midnight. */
export function isQuiet(hours: QuietHours | null, now: Date): boolean {
  if (!hours) return false
  const pad = (n: number) => String(n).padStart(2, '0')
  const clock = `${pad(now.getHours())}:${pad(now.getMinutes())}`
  const { from, to } = hours
  return from <= to ? from <= clock && clock < to : from <= clock || clock < to
}
