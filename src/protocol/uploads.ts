/** Uploads: images and files that are not on a message yet. */
import * as z from 'zod'

/** An upload. For a day, the person who uploaded it may attach it to a message by its `id`. */
export const UploadedImage = z
  .object({ id: z.string(), url: z.string(), width: z.int(), height: z.int(), size: z.int(), type: z.string() })
  .meta({ id: 'UploadedImage' })
export const UploadedFile = z
  .object({ id: z.string(), url: z.string(), name: z.string(), size: z.int(), type: z.string() })
  .meta({ id: 'UploadedFile' })
