/** What a request to the benchmark's server has taken: ways to another place and back. */
export interface Trips {
  /** Its method and path. */
  request: string
  /** Questions to the directory. */
  directory: number
  /** Calls to actors. */
  actors: number
  /** The longest row of both in which one began only after another had ended: so often its caller waits for the way. */
  inTurn: number
  /** The same of questions to the directory alone. */
  directoryInTurn: number
}
