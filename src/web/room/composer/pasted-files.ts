/** The files of a paste, if the person means files and not text. */

type Clipboard = Pick<DataTransfer, 'getData'> & { files: Iterable<File> }

/**
 * Returns the files of the clipboard, or none if its text is meant: spreadsheets and documents add a picture of the copied
 * cells. Copied files come with their names or paths as text, a copied image of a page with its URL.
 */
export function pastedFiles(clipboard: Clipboard): File[] {
  const files = [...clipboard.files]
  const text = clipboard.getData('text/plain').trim()
  if (files.length === 0 || text === '') return files
  const names = new Set(files.map(({ name }) => name))
  const isNamed = text.split(/\r?\n/).every((line) => names.has(nameIn(line)))
  const html = clipboard.getData('text/html')
  const isImageOfPage = /^\S+:\/\/\S+$/.test(text) && /<img\b/i.test(html) && !/<table\b/i.test(html)
  return isNamed || isImageOfPage ? files : []
}

/** The last segment of a path or a `file:` URL. */
function nameIn(line: string): string {
  const last = line.trim().split(/[/\\]/).at(-1) ?? ''
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}
