/** A field for a picture, with a preview. */
import { useRef, useState } from 'preact/hooks'
import { t } from '../words'
import { Avatar } from './avatar'
import { cropSquare } from './crop-square'
import { useObjectUrl } from './object-url'

interface Props {
  id: number
  name: string
  picture: string | null
  onChoose: (file: File | null) => void
}

export function PictureField({ id, name, picture, onChoose }: Props) {
  const [file, setFile] = useState<File | null>(null)
  const url = useObjectUrl(file)
  const latest = useRef<File | null>(null)
  async function choose(chosen: File | null): Promise<void> {
    latest.current = chosen
    onChoose(chosen)
    const cut = chosen && (await cropSquare(chosen))
    // The person may have chosen another file meanwhile.
    if (latest.current !== chosen) return
    setFile(cut)
    onChoose(cut)
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
          onChange={(event) => void choose(event.currentTarget.files?.[0] ?? null)}
        />
      </label>
    </div>
  )
}
