/** Times as the protocol writes them. */

/** Milliseconds since 1970 as an ISO 8601 timestamp. */
export const iso = (time: number): string => new Date(time).toISOString()

/** The same for a time that may be absent. */
export const isoOrNull = (time: number | null): string | null => (time === null ? null : iso(time))
