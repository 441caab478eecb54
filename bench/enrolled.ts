/** Somebody whom the benchmark has made and signed in. */
export interface Enrolled {
  id: number
  username: string
  /** An access token. */
  access: string
}
