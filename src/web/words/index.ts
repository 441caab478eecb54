/** The words of the reader's language; English where there are no others yet. */
import { en, type Words } from './en'

const languages: Record<string, Words> = { en }

export const t: Words = languages[navigator.language.slice(0, 2)] ?? en
