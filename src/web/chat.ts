/** The one client of this page, and its live things as state of components. */
import { useEffect, useState } from 'preact/hooks'
import { createChat, type Readable } from '../client'
import { ownStorage } from './demo/tab'

export const chat = createChat({ url: location.origin, ...(ownStorage ? { storage: ownStorage } : {}) })

/** A live thing's newest snapshot; the component draws again when there is another. */
export function useReadable<S>(readable: Readable<S>): S {
  const [snapshot, setSnapshot] = useState(() => readable.getSnapshot())
  useEffect(() => readable.subscribe((newest) => setSnapshot(() => newest)), [readable])
  return snapshot
}
