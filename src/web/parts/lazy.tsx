/** A part of the app that few need: its code is fetched when it is shown. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** @param load to be the same function each time, or it is fetched anew */
export function Lazy<P extends object>({ load, props }: { load: () => Promise<ComponentType<P>>; props: P }) {
  const [Shown, setShown] = useState<ComponentType<P> | null>(null)
  useEffect(() => {
    let wanted = true
    // A page of an earlier build may find its files gone; the app says so when it is updated.
    void load()
      .then((loaded) => wanted && setShown(() => loaded))
      .catch(() => undefined)
    return () => {
      wanted = false
    }
  }, [load])
  return Shown && <Shown {...props} />
}
