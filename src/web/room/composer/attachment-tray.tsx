/** The attachments of the message that is being written. */
import { Icon } from '../../parts/icon'
import { IconButton } from '../../parts/icon-button'
import { useObjectUrl } from '../../parts/object-url'
import { Rows } from '../../parts/rows'
import { toast } from '../../parts/toasts'
import { t } from '../../words'
import { fileSize } from '../messages/attachment'
import { type DraftAttachment, isAltTooLong, isDecodable, isImage, maxAltLength } from './draft-attachments'

interface Props {
  attachments: readonly DraftAttachment[]
  change: (change: (before: { attachments: readonly DraftAttachment[] }) => { attachments: DraftAttachment[] }) => void
}

export function AttachmentTray({ attachments, change }: Props) {
  if (attachments.length === 0) return null
  return (
    <ul class="tray" aria-label={t.room.attached}>
      <Rows items={attachments} keyOf={({ key }) => key}>
        {(each) => {
          const remove = () =>
            change(({ attachments }) => ({ attachments: attachments.filter(({ key }) => key !== each.key) }))
          return (
            <li>
              <Preview
                file={each.file}
                refuse={(fault) => {
                  toast(fault)
                  remove()
                }}
              />
              {isImage(each.file) && (
                <input
                  value={each.alt}
                  aria-label={t.room.altOf(each.file.name)}
                  aria-invalid={isAltTooLong(each) ? true : undefined}
                  title={
                    isAltTooLong(each) ? t.common.tooLong(each.alt.trim().length - maxAltLength(), maxAltLength()) : ''
                  }
                  placeholder={t.room.alt}
                  onInput={({ currentTarget: { value } }) =>
                    change(({ attachments }) => ({
                      attachments: attachments.map((one) => (one.key === each.key ? { ...one, alt: value } : one)),
                    }))
                  }
                />
              )}
              <IconButton icon="close" label={t.room.removeFile(each.file.name)} onClick={remove} />
            </li>
          )
        }}
      </Rows>
    </ul>
  )
}

function Preview({ file, refuse }: { file: File; refuse: (fault: string) => void }) {
  const url = useObjectUrl(isImage(file) ? file : null)
  if (url)
    return (
      <img
        src={url}
        alt={file.name}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
          if (!isDecodable(naturalWidth, naturalHeight)) refuse(t.room.tooManyPixels(file.name))
        }}
        // After sending the object URL is revoked, which is not an error of the file.
        onError={({ currentTarget }) => currentTarget.isConnected && refuse(t.room.notAnImage(file.name))}
      />
    )
  return (
    <span class="file">
      <Icon name="file" />
      <span>
        <b>{file.name}</b>
        <span class="hint">{fileSize(file.size)}</span>
      </span>
    </span>
  )
}
