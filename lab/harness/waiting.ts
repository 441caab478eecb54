/** Waiting for a time or for a condition, and doing several things at once. */

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

/** Does something with each item, so many at a time, in order of their beginning. */
export async function each<T>(items: readonly T[], atOnce: number, work: (item: T, index: number) => Promise<void>) {
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const index = next++
      await work(items[index] as T, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}
