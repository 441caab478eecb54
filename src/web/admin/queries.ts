/** What staff ask of the server, as state of components. Asked through the SDK, which knows nothing of it. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ChatError, type Query } from '../../client'
import { chat } from '../chat'

/** While somebody types, in milliseconds. */
const TYPING_PAUSE = 200

/** Runs questions of which only the newest counts: answers of an earlier one come too late. */
function useLatestRequest() {
  const [error, setError] = useState<ChatError | null>(null)
  const newest = useRef(0)
  const run = useCallback(async <T>(question: () => Promise<T>, answered: (answer: T) => void): Promise<void> => {
    const mine = ++newest.current
    const isNewest = () => mine === newest.current
    try {
      const answer = await question()
      if (!isNewest()) return
      setError(null)
      answered(answer)
    } catch (thrown) {
      if (!(thrown instanceof ChatError)) throw thrown
      if (isNewest()) setError(thrown)
    }
  }, [])
  const drop = useCallback(() => void newest.current++, [])
  return { error, run, drop }
}

export interface Resource<T> {
  value: T | null
  /** When it was answered. */
  at: Date
  error: ChatError | null
  /** Asks again; what is shown stays until there is an answer. */
  again: () => void
  set: (value: T) => void
}

/** One thing. */
export function useResource<T>(path: string): Resource<T> {
  const [known, setKnown] = useState<{ value: T | null; at: Date }>({ value: null, at: new Date() })
  const { error, run, drop } = useLatestRequest()
  const set = useCallback((value: T) => setKnown({ value, at: new Date() }), [])
  const again = useCallback(() => void run(() => chat.api.get<T>(path), set), [path, run, set])
  useEffect(() => {
    again()
    return drop
  }, [again, drop])
  return { ...known, error, again, set }
}

export interface List<T> {
  /** Null until the first answer. */
  items: readonly T[] | null
  error: ChatError | null
  hasMore: boolean
  more: () => void
  again: () => void
}

/** A list, part by part. Another query begins it anew, once nobody types any more. */
export function useList<T>(path: string, query: Query = {}): List<T> {
  const [known, setKnown] = useState<{ items: readonly T[] | null; next: string | null }>({ items: null, next: null })
  const { error, run, drop } = useLatestRequest()
  const pause = useRef(0)
  const asked = JSON.stringify(query)
  const again = useCallback(
    () =>
      void run(
        () => chat.api.list<T>(path, JSON.parse(asked) as Query),
        ({ results, next }) => setKnown({ items: results, next }),
      ),
    [path, asked, run],
  )
  useEffect(() => {
    const timer = setTimeout(again, pause.current)
    pause.current = TYPING_PAUSE
    return () => {
      drop()
      clearTimeout(timer)
    }
  }, [again, drop])
  const { items, next } = known
  const more = () => {
    if (next === null) return
    void run(
      () => chat.api.list<T>(next),
      (part) => setKnown({ items: [...(items ?? []), ...part.results], next: part.next }),
    )
  }
  return { items, error, hasMore: next !== null, more, again }
}
