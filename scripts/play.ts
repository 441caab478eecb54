/** A scene of a play, read from its printed form, and a transcript compared with it. */

export interface Speech {
  speaker: string
  text: string
}

/** A speech is a paragraph whose first line is a name in capitals and a full stop; other paragraphs are for the stage. */
const SPEECH = /^([A-Z][A-Z ]+)\.\n([\s\S]+)$/

/** The speeches of a scene as Project Gutenberg prints it. */
export function speechesOf(text: string): Speech[] {
  return text.split(/\n{2,}/).flatMap((paragraph) => {
    const [, speaker, lines] = SPEECH.exec(paragraph.trimEnd()) ?? []
    if (!speaker || !lines) return []
    // Underscores are the e-book's italics, and its lines end where the page did.
    return { speaker: titleCase(speaker), text: lines.replaceAll('_', '').replaceAll('\n', ' ') }
  })
}

const titleCase = (name: string) => name.toLowerCase().replace(/\b[a-z]/g, (letter) => letter.toUpperCase())

/** Where two runs of speeches first differ, in words; undefined when they are equal line for line. */
export function difference(source: Speech[], transcript: Speech[]): string | undefined {
  for (let line = 0; line < Math.max(source.length, transcript.length); line++) {
    const wanted = shown(source[line])
    const got = shown(transcript[line])
    if (wanted !== got) return `Line ${line + 1} should be ${wanted} and is ${got}.`
  }
  return undefined
}

const shown = (speech: Speech | undefined) => (speech ? JSON.stringify(`${speech.speaker}: ${speech.text}`) : 'missing')
