/** Attachments of the message that is being written, and the server's limits for them. */
import { chat } from '../../chat'
import { toast } from '../../parts/toasts'
import { t } from '../../words'

export interface DraftAttachment {
  key: string
  file: File
  /** The description of an image, for people who do not see it. */
  alt: string
}

/** Tells whether the server accepts a file as an image. Other files are sent as files. */
export const isImage = (file: File): boolean => /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type)

interface Limits {
  messageLength: number
  imageBytes: number
  fileBytes: number
  imagePixels: number
  imageSide: number
  imageAltLength: number
}

/** The limits until the server's are loaded: the server refuses what is too large. */
const UNKNOWN_LIMITS: Limits = {
  messageLength: 10_000,
  imageBytes: Number.MAX_SAFE_INTEGER,
  fileBytes: Number.MAX_SAFE_INTEGER,
  imagePixels: Number.MAX_SAFE_INTEGER,
  imageSide: Number.MAX_SAFE_INTEGER,
  imageAltLength: 1_000,
}

let limits = UNKNOWN_LIMITS
let isRequested = false

/** Loads the server's limits once. */
export function fetchLimits(): void {
  if (isRequested) return
  isRequested = true
  chat.api
    .get<{ limits: Limits }>('/limits/')
    .then((answer) => {
      limits = answer.limits
    })
    .catch(() => {
      isRequested = false
    })
}

export const maxTextLength = (): number => limits.messageLength
export const maxAltLength = (): number => limits.imageAltLength
export const isAltTooLong = ({ alt }: DraftAttachment): boolean => alt.trim().length > maxAltLength()

const megabytes = (bytes: number) => Math.floor(bytes / 1024 / 1024)
let count = 0

/** Returns the files that the server would accept, and shows a toast for each of the others. */
export function acceptFiles(files: Iterable<File>): DraftAttachment[] {
  return [...files].flatMap((file) => {
    const most = isImage(file) ? limits.imageBytes : limits.fileBytes
    const fault =
      file.size === 0 ? t.room.emptyFile(file.name) : file.size > most && t.room.tooLarge(file.name, megabytes(most))
    if (fault) toast(fault)
    return fault ? [] : [{ key: `${++count}`, file, alt: '' }]
  })
}

/** Tells whether the server would decode an image of this size, in pixels. */
export const isDecodable = (width: number, height: number): boolean =>
  width * height <= limits.imagePixels && Math.max(width, height) <= limits.imageSide
