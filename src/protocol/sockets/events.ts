/** The common parts of the three sockets: `ref`, the shape of an event, and the `error` event. */
import * as z from 'zod'

/** A client's own mark on a command. The server repeats it in the answer to that command. */
export const Ref = z.union([z.string().max(64), z.number()])
export type Ref = z.infer<typeof Ref>

/** A frame from the server. */
export const event = <T extends string, S extends z.core.$ZodShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ref: Ref.optional(), ...shape })

/** The answer to a command that was refused, or that failed. */
export const errorEvent = event('error', {
  code: z.string(),
  detail: z.string(),
  /** The HTTP status that a request with this refusal would get. */
  status: z.int().optional(),
  /** Seconds to wait, where the command came too soon. */
  retry_after: z.int().optional(),
  /** On an error of the server: the id of the request in the server's log. */
  request_id: z.string().optional(),
})
