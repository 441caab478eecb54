/** What will go out with the next message, before it does. */
import { Icon } from '../parts/icon'
import { IconButton } from '../parts/icon-button'
import { t } from '../words'
import { readableSize, useObjectUrl } from './attachment'

export function Tray({ files, remove }: { files: File[]; remove: (file: File) => void }) {
  if (files.length === 0) return null
  return (
    <ul class="tray">
      {files.map((file) => (
        <li key={`${file.name} ${file.lastModified} ${file.size}`}>
          <Preview file={file} />
          <IconButton icon="close" label={t.room.removeFile(file.name)} onClick={() => remove(file)} />
        </li>
      ))}
    </ul>
  )
}

function Preview({ file }: { file: File }) {
  const url = useObjectUrl(file.type.startsWith('image/') ? file : null)
  if (url) return <img src={url} alt={file.name} />
  return (
    <span class="file">
      <Icon name="file" />
      <span>
        <b>{file.name}</b>
        <span class="hint">{readableSize(file.size)}</span>
      </span>
    </span>
  )
}
