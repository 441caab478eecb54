/** From measurements to figures worth printing. */

/** The value below which a part (0 to 1) of them lies; 0 of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

/** Two decimals are all that a noisy machine has to say. */
export const round = (number: number) => Math.round(number * 100) / 100

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/** Waits until `met`, looking often. @returns how long it took in milliseconds, null when it was not met in time */
export async function until(met: () => boolean | Promise<boolean>, within: number, every = 20): Promise<number | null> {
  const began = performance.now()
  while (performance.now() - began < within) {
    if (await met()) return performance.now() - began
    await pause(every)
  }
  return null
}
