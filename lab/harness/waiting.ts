/** Waits for a time or for a condition, and runs several things at once. */
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

/** Waits for a promise, but not longer than so many milliseconds. @throws {Error} when it takes longer */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${milliseconds / 1_000} s`)), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
