/** Friend requests, as their sender and receiver see them. */
import * as z from 'zod'
import { Id } from './ids'
import { ListQuery } from './pages'
import { Timestamp, UsersQuery } from './users'

/** The sender cancels a request, the receiver rejects it. */
export const FriendRequestStatus = z.enum(['pending', 'accepted', 'rejected', 'cancelled'])
export type FriendRequestStatus = z.infer<typeof FriendRequestStatus>

/** `from_user` and `to_user` are ids. */
export const FriendRequest = z
  .object({
    id: z.int(),
    from_user: z.int(),
    to_user: z.int(),
    status: FriendRequestStatus,
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'FriendRequest' })
export type FriendRequest = z.infer<typeof FriendRequest>

/** The answer to accepting a request. `room` is the id of the direct room of the two people. */
export const Accepted = z.object({ detail: z.string(), room: z.int() }).meta({ id: 'Accepted' })
export type Accepted = z.infer<typeof Accepted>

export const FriendRequestBody = z.object({ to_user: Id })

/** Filters for the caller's requests. Without filters the answer lists all of them. */
export const FriendRequestsQuery = ListQuery.extend({
  status: FriendRequestStatus.optional(),
  direction: z.enum(['incoming', 'outgoing']).optional(),
})

export const FriendsQuery = UsersQuery
