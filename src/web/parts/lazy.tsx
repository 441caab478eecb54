/** A component whose code is loaded when it is shown. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** @param load must be the same function each time, or the code is loaded again */
export function Lazy<P extends object>({ load, props }: { load: () => Promise<ComponentType<P>>; props: P }) {
  const [Shown, setShown] = useState<ComponentType<P> | null>(null)
  useEffect(() => {
    let wanted = true
    // The files of an earlier build may be gone. The toast about the update tells the person.
    void load()
      .then((loaded) => wanted && setShown(() => loaded))
      .catch(() => undefined)
    return () => {
      wanted = false
    }
  }, [load])
  return Shown && <Shown {...props} />
}
