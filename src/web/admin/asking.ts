/** What staff ask of the server, as state of components. Asked through the SDK, which knows nothing of it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { ChatError, type Query } from '../../client'
import { chat } from '../chat'

/** While somebody types, in milliseconds. */
const PAUSE = 200

interface Asked<T> {
  value: T | null
  error: ChatError | null
  /** Asks again; what is shown stays until there is an answer. */
  again: () => void
  set: (value: T) => void
}

/** One thing. */
export function useOne<T>(path: string): Asked<T> {
  const [value, set] = useState<T | null>(null)
  const [error, setError] = useState<ChatError | null>(null)
  const [round, setRound] = useState(0)
  useEffect(() => {
    let wanted = true
    setError(null)
    chat.api
      .get<T>(path)
      .then((answer) => wanted && set(() => answer))
      .catch((thrown) => wanted && setError(refusal(thrown)))
    return () => {
      wanted = false
    }
  }, [path, round])
  return { value, error, again: () => setRound((before) => before + 1), set: (newest) => set(() => newest) }
}

interface AskedList<T> {
  /** Null until the first answer. */
  items: readonly T[] | null
  error: ChatError | null
  hasMore: boolean
  more: () => void
  again: () => void
}

/** A list, part by part. Another query begins it anew, once nobody types any more. */
export function useList<T>(path: string, query: Query = {}): AskedList<T> {
  const [items, setItems] = useState<readonly T[] | null>(null)
  const [next, setNext] = useState<string | null>(null)
  const [error, setError] = useState<ChatError | null>(null)
  const [round, setRound] = useState(0)
  const asked = JSON.stringify(query)
  /** Answers of an earlier question come too late. */
  const current = useRef(0)

  const load = async (from: string, given: Query | undefined, before: readonly T[]): Promise<void> => {
    const mine = ++current.current
    try {
      const part = await chat.api.list<T>(from, given)
      if (mine !== current.current) return
      setItems([...before, ...part.results])
      setNext(part.next)
      setError(null)
    } catch (thrown) {
      if (mine === current.current) setError(refusal(thrown))
    }
  }
  useEffect(() => {
    const begin = () => void load(path, JSON.parse(asked) as Query, [])
    const timer = setTimeout(begin, items === null ? 0 : PAUSE)
    return () => {
      current.current++
      clearTimeout(timer)
    }
  }, [path, asked, round])
  return {
    items,
    error,
    hasMore: next !== null,
    more: () => void (next && load(next, undefined, items ?? [])),
    again: () => setRound((before) => before + 1),
  }
}

function refusal(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown
  throw thrown
}
