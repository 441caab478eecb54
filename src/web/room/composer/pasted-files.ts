/** Which of the things in a clipboard somebody means. */

type Clipboard = Pick<DataTransfer, 'getData'> & { files: Iterable<File> }

/**
 * Files of the clipboard, unless its text is meant: spreadsheets and documents add a picture of what was copied. Beside
 * files that were copied stand their names or paths, beside an image of a page its address.
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

/** What stands last in a path or a file's address. */
function nameIn(line: string): string {
  const last = line.trim().split(/[/\\]/).at(-1) ?? ''
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}
