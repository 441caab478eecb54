/** Object URLs of files that are not on the server yet. */
import { useEffect, useState } from 'preact/hooks'

/** An object URL of a blob, revoked when the component unmounts or the blob changes. */
export function useObjectUrl(blob: Blob | null): string | null {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    if (!blob) return setUrl(null)
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return url
}
