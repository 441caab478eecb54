/** The state of a search: words, filters and results. */
import { useEffect, useState } from 'preact/hooks'
import { type Found, search } from '../../client/search'
import { chat } from '../chat'
import { attempt } from '../parts/toasts'
import { suggestFilters } from './filter-suggestions'
import { extractFilters, type Filter, openFilter, type TypedFilter, toQuery } from './filters'

/** Milliseconds without typing before a request. */
const TYPING_PAUSE = 250

export interface Search {
  text: string
  setText: (text: string) => void
  filters: readonly Filter[]
  add: (filter: Filter) => void
  drop: (filter: Filter) => void
  /** Completes a filter at the end of the text. */
  finish: () => void
  /** A typed filter without a match. */
  unknown: TypedFilter | null
  /** The searched words. */
  words: string
  found: readonly Found[] | null
  /** Loads older results. */
  more: (() => void) | null
}

/** `room` limits the search to one room. */
export function useSearch(room?: number): Search {
  const [text, setText] = useState('')
  const [filters, setFilters] = useState<readonly Filter[]>([])
  const [unknown, setUnknown] = useState<TypedFilter | null>(null)
  const [found, setFound] = useState<{ results: readonly Found[]; next: string | null } | null>(null)

  // A new filter replaces one of the same name.
  const add = (filter: Filter) => setFilters((before) => [...before.filter(({ name }) => name !== filter.name), filter])

  async function take(typed: string, whole: boolean): Promise<void> {
    const { rest, filters: complete } = extractFilters(typed, whole)
    setText(rest)
    setUnknown(null)
    for (const each of complete) {
      const [meaning] = await suggestFilters(each)
      if (meaning) add(meaning)
      else setUnknown(each)
    }
  }

  // An incomplete filter is not searched as words.
  const words = openFilter(text) ? '' : text.trim()
  const narrowed = filters.length > 0
  useEffect(() => {
    if (!words && !narrowed) return setFound(null)
    let wanted = true
    const timer = setTimeout(() => {
      void attempt(async () => {
        const where = toQuery(filters)
        const page = await search(chat, words, room === undefined ? where : { ...where, roomId: room })
        if (wanted) setFound(page)
      })
    }, TYPING_PAUSE)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [words, narrowed, filters, room])

  const next = found?.next
  return {
    text,
    setText: (typed) => void attempt(() => take(typed, false)),
    filters,
    add,
    drop: (filter) => setFilters((before) => before.filter((each) => each !== filter)),
    finish: () => void attempt(() => take(text, true)),
    unknown,
    words,
    found: found?.results ?? null,
    more: next
      ? () =>
          void attempt(async () => {
            const page = await chat.api.list<Found>(next)
            setFound((before) => before && { ...page, results: [...before.results, ...page.results] })
          })
      : null,
  }
}
