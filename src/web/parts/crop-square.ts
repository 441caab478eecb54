/** Pictures of people and groups are shown in a circle: what is chosen for one is cut to the square in its middle. */

/** As large as a face is ever shown, on a dense screen, in pixels. */
const SIDE = 512

/** The file itself where it is square already, and where this browser cannot read it: then the server says what is wrong. */
export async function cropSquare(file: File): Promise<File> {
  try {
    const picture = await createImageBitmap(file)
    const { width, height } = picture
    const side = Math.min(width, height)
    if (width === height) {
      picture.close()
      return file
    }
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = Math.min(side, SIDE)
    canvas
      .getContext('2d')
      ?.drawImage(picture, (width - side) / 2, (height - side) / 2, side, side, 0, 0, canvas.width, canvas.height)
    picture.close()
    const type = file.type === 'image/jpeg' ? file.type : 'image/png'
    const cut = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, 0.9))
    return cut ? new File([cut], file.name.replace(/\.\w+$/, type === 'image/png' ? '.png' : '.jpg'), { type }) : file
  } catch {
    return file
  }
}
