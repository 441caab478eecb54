/** Chooses a picture and shows it at once. */
import { useState } from 'preact/hooks'
import { useObjectUrl } from '../room/attachment'
import { t } from '../words'
import { Avatar } from './avatar'

interface Props {
  id: number
  name: string
  picture: string | null
  onChoose: (file: File | null) => void
}

export function PictureField({ id, name, picture, onChoose }: Props) {
  const [file, setFile] = useState<File | null>(null)
  const url = useObjectUrl(file)
  const choose = (chosen: File | null) => {
    setFile(chosen)
    onChoose(chosen)
  }
  return (
    <div class="picture">
      <Avatar large id={id} name={name} picture={url ?? picture} />
      <label class="secondary">
        {t.common.choosePicture}
        <input
          type="file"
          accept="image/*"
          class="visually-hidden"
          onChange={(event) => choose(event.currentTarget.files?.[0] ?? null)}
        />
      </label>
    </div>
  )
}
