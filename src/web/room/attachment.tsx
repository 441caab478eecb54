/** The image or file of a message: from memory while it goes out, then from the server. */
import { useEffect, useState } from 'preact/hooks'
import type { RoomMessage } from '../../client'
import { Icon } from '../parts/icon'
import { t } from '../words'

/** A blob's address in this page, for as long as it is shown. */
export function useObjectUrl(blob: Blob | null): string | null {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    if (!blob) return setUrl(null)
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return url
}

export const readableSize = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`

interface Props {
  message: RoomMessage
  onOpen: (src: string) => void
}

export function Attachment({ message, onOpen }: Props) {
  const { upload, image, file, file_name: name, file_size: size } = message
  const outgoing = upload?.file ?? null
  const local = useObjectUrl(outgoing?.type.startsWith('image/') ? outgoing : null)
  const [broken, setBroken] = useState(0)
  const src = image ?? local
  const progress = upload && upload.progress < 1 && <progress value={upload.progress} aria-label={t.room.uploading} />
  if (src)
    return (
      <figure class="image">
        {broken % 2 === 1 ? (
          <button type="button" class="secondary" onClick={() => setBroken(broken + 1)}>
            {t.room.imageBroken}
          </button>
        ) : (
          <button type="button" onClick={() => onOpen(src)} aria-label={t.room.openImage}>
            <img
              key={broken}
              src={src}
              alt={t.room.imageBy(message.sender.full_name)}
              width={message.image_width ?? undefined}
              height={message.image_height ?? undefined}
              onError={() => setBroken(broken + 1)}
            />
          </button>
        )}
        {progress}
      </figure>
    )
  if (!name) return null
  const inside = (
    <>
      <Icon name="file" />
      <span>
        <b>{name}</b>
        {size !== null && <span class="hint">{readableSize(size)}</span>}
      </span>
      {progress}
    </>
  )
  return file ? (
    <a class="file" href={file} download={name}>
      {inside}
    </a>
  ) : (
    <span class="file">{inside}</span>
  )
}
