/** Fields that forms and JSON send in different forms. */
import * as z from 'zod'

/** A boolean: forms send it as text, JSON clients as a boolean. */
export const Flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

/**
 * The picture among other fields. A new picture comes as a file of a multipart form. As a value, null or an empty text
 * removes the picture, and any other value, such as the URL from an answer, changes nothing.
 */
export const PictureField = z
  .unknown()
  .transform((value) => (value === null || value === '' ? null : undefined))
  .optional()

/** Accepts one value or an array: repeated keys of a form arrive as an array, a single key as text. */
export const oneOrMany = <T extends z.ZodType>(ids: T) =>
  z.preprocess((value) => (Array.isArray(value) || value === undefined ? value : [value]), ids)
