/** Merges lists of objects with ids. */

/** Adds the changed objects, in place of known ones with the same ids. The order of the result has no meaning. */
export const merged = <T extends { id: number }>(known: readonly T[], changed: readonly T[]): T[] => [
  ...known.filter(({ id }) => !changed.some((each) => each.id === id)),
  ...changed,
]
