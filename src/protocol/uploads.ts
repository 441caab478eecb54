/** What is uploaded before it is sent. */
import * as z from 'zod'

/** An upload that may be attached to a message by its `id`, for a day and by whoever uploaded it. */
export const UploadedImage = z
  .object({ id: z.string(), url: z.string(), width: z.int(), height: z.int(), size: z.int(), type: z.string() })
  .meta({ id: 'UploadedImage' })
export const UploadedFile = z
  .object({ id: z.string(), url: z.string(), name: z.string(), size: z.int(), type: z.string() })
  .meta({ id: 'UploadedFile' })
