/** A change of a room as a webhook's actor reads it. */
export interface RoomChange {
  seq: number
  type: string
  /** When it was made, in ms since 1970. */
  at: number
  /** The JSON of a `WebhookEvent`; null when what changed is no longer stored. */
  body: string | null
}
