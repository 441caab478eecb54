/** One list of things with ids, taken over from the server part by part. */

/** Those that are known, with `changed` in place of those of the same ids; in no particular order. */
export const merged = <T extends { id: number }>(known: readonly T[], changed: readonly T[]): T[] => [
  ...known.filter(({ id }) => !changed.some((each) => each.id === id)),
  ...changed,
]
