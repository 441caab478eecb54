/** Crops pictures to the square in their middle, because avatars are circles. */

/** Pixels of the largest avatar on a dense screen. */
const SIDE = 512

/** Returns the file itself if it is square, or if the browser cannot decode it: the server then reports the fault. */
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
