/** Where images are: storage keys become URLs only where an answer leaves. */

/** The absolute URL of the image under a storage key; null when there is none. */
export function imageUrl(origin: string, key: string | null): string | null {
  return key === null ? null : `${origin}/media/${key}`
}
