/** The image or file of a message: from memory during the upload, then from the server. */
import { useState } from 'preact/hooks'
import type { RoomMessage } from '../../../client'
import { Icon } from '../../parts/icon'
import { IconButton } from '../../parts/icon-button'
import { useObjectUrl } from '../../parts/object-url'
import { t } from '../../words'
import type { MessageActions } from './message-actions'

export const fileSize = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`

interface Props {
  message: RoomMessage
  actions: MessageActions
}

export function Attachment({ message, actions }: Props) {
  const { upload, image, file, fileName: name, fileSize: size } = message
  const outgoing = upload?.file ?? null
  const local = useObjectUrl(outgoing?.type.startsWith('image/') ? outgoing : null)
  const src = image ?? local
  const progress = upload && message.status === 'sending' && <UploadProgress message={message} actions={actions} />
  if (src)
    return (
      <figure class="image">
        <MessageImage message={message} src={src} actions={actions} />
        {progress}
      </figure>
    )
  if (!name) return null
  const inside = (
    <>
      <Icon name="file" />
      <span>
        <b>{name}</b>
        {size !== null && <span class="hint">{fileSize(size)}</span>}
      </span>
    </>
  )
  if (file)
    return (
      <a class="file" href={file} download={name}>
        {inside}
      </a>
    )
  return (
    <>
      <span class="file">{inside}</span>
      {progress}
    </>
  )
}

function MessageImage({ message, src, actions }: Props & { src: string }) {
  const [asked, setAsked] = useState({ instead: src, address: src })
  // The URL and not a flag, because a new image may fail before an effect could reset a flag.
  const [broken, setBroken] = useState<string | null>(null)
  const [tries, setTries] = useState(0)
  const address = asked.instead === src ? asked.address : src
  const alt = message.imageAlt || t.room.imageBy(message.sender.fullName)

  async function again(): Promise<void> {
    setAsked({ instead: src, address: (await actions.freshImageUrl(message).catch(() => null)) ?? src })
    setTries(tries + 1)
    setBroken(null)
  }

  if (broken === address)
    return (
      <button type="button" class="secondary" onClick={() => void again()}>
        {t.room.imageBroken}
      </button>
    )
  return (
    <button
      type="button"
      onClick={() => actions.openImage({ src: address, alt })}
      aria-label={`${t.room.openImage}: ${alt}`}
    >
      <img
        key={tries}
        src={address}
        alt={alt}
        width={message.imageWidth ?? undefined}
        height={message.imageHeight ?? undefined}
        onError={() => setBroken(address)}
      />
    </button>
  )
}

/** The progress of an upload, with a button that cancels it. */
function UploadProgress({ message, actions }: Props) {
  const progress = message.upload?.progress ?? 0
  return (
    <span class="going">
      <progress value={progress} aria-label={t.room.uploading} />
      {progress < 1 && (
        <IconButton icon="close" label={t.room.stopUpload} onClick={() => actions.cancelUpload(message)} />
      )}
    </span>
  )
}
