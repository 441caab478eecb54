/** Values as forms and JSON carry them. */
import * as z from 'zod'

/** A form sends every value as text; JSON clients send real booleans. */
export const Flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

/**
 * A picture among other fields. As a picture it is a file of a multipart form; as a value, null or empty takes it away,
 * and anything else, such as the URL that an answer had, leaves it as it is.
 */
export const PictureField = z
  .unknown()
  .transform((value) => (value === null || value === '' ? null : undefined))
  .optional()

/** Repeated form keys arrive as an array, a single one as text. */
export const oneOrMany = <T extends z.ZodType>(ids: T) =>
  z.preprocess((value) => (Array.isArray(value) || value === undefined ? value : [value]), ids)
