/** Friend requests, as the two people they are between see them. */
import * as z from 'zod'
import { Id } from './ids'
import { ListQuery } from './pages'
import { Timestamp, UsersQuery } from './users'

/** `cancelled` by the sender; `rejected` by the receiver. */
export const FriendRequestStatus = z.enum(['pending', 'accepted', 'rejected', 'cancelled'])
export type FriendRequestStatus = z.infer<typeof FriendRequestStatus>

/** People are named by their ids. */
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

/** The request was accepted; `room` is the id of the direct room of the two. */
export const Accepted = z.object({ detail: z.string(), room: z.int() }).meta({ id: 'Accepted' })
export type Accepted = z.infer<typeof Accepted>

export const FriendRequestBody = z.object({ to_user: Id })

/** Which of my requests: all of them, unless named. */
export const FriendRequestsQuery = ListQuery.extend({
  status: FriendRequestStatus.optional(),
  direction: z.enum(['incoming', 'outgoing']).optional(),
})

export const FriendsQuery = UsersQuery
