/** Use of storage quotas: levels, warnings, and sizes as text. */
import * as z from 'zod'

/** The share of a quota from which people are warned, while they can still delete something. */
export const WARN_AT = 0.8
/** Below this share the warning is reset: reaching `WARN_AT` again warns again. */
export const WARN_AGAIN_BELOW = 0.7

const LEVELS = ['ok', 'near', 'full'] as const
/** `near`: the quota is nearly used up. `full`: nothing more can be stored. */
export const StorageLevel = z.enum(LEVELS)
export type StorageLevel = z.infer<typeof StorageLevel>

/** The stored bytes of one person or one room. `quota_bytes` is null without a quota. */
export const StorageUse = z
  .object({ used_bytes: z.int(), quota_bytes: z.int().nullable(), level: StorageLevel })
  .meta({ id: 'StorageUse' })
export type StorageUse = z.infer<typeof StorageUse>

/** Compares `used` bytes with a quota; null means no quota. */
export function storageUse(used: number, quota: number | null): StorageUse {
  const level = quota === null || used < quota * WARN_AT ? 'ok' : used < quota ? 'near' : 'full'
  return { used_bytes: used, quota_bytes: quota, level }
}

/** Tells whether `level` is closer to `full` than the other. */
export const isWorse = (level: StorageLevel, than: StorageLevel): boolean =>
  LEVELS.indexOf(level) > LEVELS.indexOf(than)

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const
const SIZE = /^(\d{1,6}(?:\.\d{1,3})?) ?([KMGT]?B)$/i

/** Parses a size like `2 GB` to bytes, in powers of 1,000 as on bills. Returns undefined for any other text. */
export function parseBytes(size: string): number | undefined {
  const [, number, unit = ''] = SIZE.exec(size.trim()) ?? []
  const power = UNITS.indexOf(unit.toUpperCase() as (typeof UNITS)[number])
  return number === undefined || power < 0 ? undefined : Math.round(Number(number) * 1_000 ** power)
}

/** Formats bytes for people: `1.6 GB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const number = bytes / 1_000 ** power
  return `${number < 10 && power > 0 ? number.toFixed(1) : Math.round(number)} ${UNITS[power]}`
}
