/** What is to go out with the next message, if the server would take it. */
import { chat } from '../chat'
import { toast } from '../parts/toasts'
import { t } from '../words'

export interface Attached {
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
const ANYTHING: Limits = {
  message_length: 10_000,
  image_bytes: Number.MAX_SAFE_INTEGER,
  file_bytes: Number.MAX_SAFE_INTEGER,
  image_pixels: Number.MAX_SAFE_INTEGER,
  image_side: Number.MAX_SAFE_INTEGER,
  image_alt_length: 1_000,
}

let known = ANYTHING
let asked = false

/** Asks the server once what it takes. */
export function learnLimits(): void {
  if (asked) return
  asked = true
  chat.api
    .get<{ limits: Limits }>('/limits/')
    .then(({ limits }) => {
      known = limits
    })
    .catch(() => {
      asked = false
    })
}

export const textLength = (): number => known.message_length
export const altLength = (): number => known.image_alt_length
export const isOverdescribed = ({ alt }: Attached): boolean => alt.trim().length > altLength()

const megabytes = (bytes: number) => Math.floor(bytes / 1024 / 1024)
let count = 0

/** Those that the server would take; the others are named. */
export function attach(files: Iterable<File>): Attached[] {
  return [...files].flatMap((file) => {
    const most = isImage(file) ? known.image_bytes : known.file_bytes
    const fault =
      file.size === 0 ? t.room.emptyFile(file.name) : file.size > most && t.room.tooLarge(file.name, megabytes(most))
    if (fault) toast(fault)
    return fault ? [] : [{ key: `${++count}`, file, alt: '' }]
  })
}

/** Whether the server would decode it. */
export const isDecodable = (width: number, height: number): boolean =>
  width * height <= known.image_pixels && Math.max(width, height) <= known.image_side
