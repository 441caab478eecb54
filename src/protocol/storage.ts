/** How much of the operator's storage somebody has used of what they may, and how that is said. */
import * as z from 'zod'

/** From this share of a quota on it is nearly used up: people are told while they can still do something about it. */
export const WARN_AT = 0.8
/** Below this share what was told counts no more: coming near the quota once more is told once more. */
export const WARN_AGAIN_BELOW = 0.7

const LEVELS = ['ok', 'near', 'full'] as const
/** `near`: nearly used up. `full`: nothing more can be stored. */
export const StorageLevel = z.enum(LEVELS)
export type StorageLevel = z.infer<typeof StorageLevel>

/** What one person or one room has stored. `quota_bytes` is null where there is no quota. */
export const StorageUse = z
  .object({ used_bytes: z.int(), quota_bytes: z.int().nullable(), level: StorageLevel })
  .meta({ id: 'StorageUse' })
export type StorageUse = z.infer<typeof StorageUse>

/** How `used` bytes stand to a quota, null where there is none. */
export function storageUse(used: number, quota: number | null): StorageUse {
  const level = quota === null || used < quota * WARN_AT ? 'ok' : used < quota ? 'near' : 'full'
  return { used_bytes: used, quota_bytes: quota, level }
}

/** Which level is nearer to the end. */
export const isWorse = (level: StorageLevel, than: StorageLevel): boolean =>
  LEVELS.indexOf(level) > LEVELS.indexOf(than)

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const
const SIZE = /^(\d{1,6}(?:\.\d{1,3})?) ?([KMGT]?B)$/i

/** The bytes of a size like `2 GB`, in powers of 1,000 as bills have it; undefined when it is none. */
export function parseBytes(size: string): number | undefined {
  const [, number, unit = ''] = SIZE.exec(size.trim()) ?? []
  const power = UNITS.indexOf(unit.toUpperCase() as (typeof UNITS)[number])
  return number === undefined || power < 0 ? undefined : Math.round(Number(number) * 1_000 ** power)
}

/** Bytes as people read them: `1.6 GB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const number = bytes / 1_000 ** power
  return `${number < 10 && power > 0 ? number.toFixed(1) : Math.round(number)} ${UNITS[power]}`
}
