/** The demo accounts of a development server. */
import { useEffect, useState } from 'preact/hooks'
import { fromWire } from '../../client/dialect'

export interface DemoAccount {
  id: number
  username: string
  fullName: string
  bio: string
  profilePic: string | null
  isStaff: boolean
}

export interface Demo {
  ready: boolean
  empty: boolean
  password: string
  people: DemoAccount[]
}

/** A first start creates the accounts while the page is open: milliseconds between requests, and their number. */
const PAUSE = 1_000
const TIMES = 60

const ask = async (): Promise<Demo | null> => {
  const response = await fetch('/dev/demo/')
  return response.ok ? fromWire<Demo>(await response.json()) : null
}

/** Loads the demo accounts, and again until they are ready. */
export function useDemo(): Demo | null {
  const [demo, setDemo] = useState<Demo | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    let left = TIMES
    const look = async () => {
      const found = await ask().catch(() => null)
      if (found) setDemo(found)
      const awaited = found && !found.ready && (found.empty || found.people.length > 0)
      if (awaited && --left > 0) timer = setTimeout(() => void look(), PAUSE)
    }
    void look()
    return () => {
      left = 0
      clearTimeout(timer)
    }
  }, [])
  return demo
}
