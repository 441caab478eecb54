/** The words of the person's language, and the locale for dates, numbers and lists. */
import { LANGUAGES, type Language, language } from '../preferences'
import { en, type Words } from './en'

/** Languages that are loaded on demand. English is in the bundle, as the fallback. */
const FETCHED: Record<Exclude<Language, 'en'>, () => Promise<Words>> = {
  de: () => import('./de').then(({ de }) => de),
}

const isLanguage = (tag: string): tag is Language => tag in LANGUAGES

/** The first language of the browser that the app has. */
function ofBrowser(): Language {
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en'
}

const wanted = language.value === 'system' ? ofBrowser() : language.value
const fetched = wanted === 'en' ? en : await FETCHED[wanted]().catch(() => undefined)

export const t: Words = fetched ?? en

const shown = fetched ? wanted : 'en'

/** The locale, with the browser's region for this language if it has one. */
export const locale: string = navigator.languages.find((tag) => tag.slice(0, 2) === shown) ?? shown

document.documentElement.lang = shown
