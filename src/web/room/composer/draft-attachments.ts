/** What is to go out with the next message, if the server would take it. */
import { chat } from '../../chat'
import { toast } from '../../parts/toasts'
import { t } from '../../words'

export interface DraftAttachment {
  key: string
  file: File
  /** What it shows, for those who do not see it. */
  alt: string
}

/** Formats that the server takes for images; anything else goes as a file. */
export const isImage = (file: File): boolean => /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type)

interface Limits {
  message_length: number
  image_bytes: number
  file_bytes: number
  image_pixels: number
  image_side: number
  image_alt_length: number
}

/** Before it is known what the server takes, it is for the server to refuse. */
const UNKNOWN_LIMITS: Limits = {
  message_length: 10_000,
  image_bytes: Number.MAX_SAFE_INTEGER,
  file_bytes: Number.MAX_SAFE_INTEGER,
  image_pixels: Number.MAX_SAFE_INTEGER,
  image_side: Number.MAX_SAFE_INTEGER,
  image_alt_length: 1_000,
}

let limits = UNKNOWN_LIMITS
let isRequested = false

/** Asks the server once what it takes. */
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

export const maxTextLength = (): number => limits.message_length
export const maxAltLength = (): number => limits.image_alt_length
export const isAltTooLong = ({ alt }: DraftAttachment): boolean => alt.trim().length > maxAltLength()

const megabytes = (bytes: number) => Math.floor(bytes / 1024 / 1024)
let count = 0

/** Those that the server would take; the others are named. */
export function acceptFiles(files: Iterable<File>): DraftAttachment[] {
  return [...files].flatMap((file) => {
    const most = isImage(file) ? limits.image_bytes : limits.file_bytes
    const fault =
      file.size === 0 ? t.room.emptyFile(file.name) : file.size > most && t.room.tooLarge(file.name, megabytes(most))
    if (fault) toast(fault)
    return fault ? [] : [{ key: `${++count}`, file, alt: '' }]
  })
}

/** Whether the server would decode it. */
export const isDecodable = (width: number, height: number): boolean =>
  width * height <= limits.image_pixels && Math.max(width, height) <= limits.image_side
