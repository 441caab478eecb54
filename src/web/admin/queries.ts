/** Hooks that load data of the administration through the SDK's REST client. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ChatError, type Query } from '../../client'
import { chat } from '../chat'

/** Milliseconds without typing before a request. */
const TYPING_PAUSE = 200

/** Runs requests, and ignores answers of all but the newest one. */
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
  /** The time of the answer. */
  at: Date
  error: ChatError | null
  /** Loads again. The old value stays until the answer. */
  again: () => void
  set: (value: T) => void
}

/** Loads one resource. */
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

/** Loads a list page by page. A new query starts it again after `TYPING_PAUSE`. */
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
