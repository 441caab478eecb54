/** The frames of the three sockets as JSON Schema: a change of the contract shows here before it reaches a client. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { FeedDown, FeedUp, RoomDown, RoomUp, SidebarDown, SidebarUp } from '../../src/protocol'

test.each(Object.entries({ RoomUp, RoomDown, SidebarUp, SidebarDown, FeedUp, FeedDown }))(
  'the frames of %s are as they were',
  (name, schema) => {
    // What a client may write is described before it is transformed, what it reads as it arrives.
    const json = z.toJSONSchema(schema, { io: name.endsWith('Up') ? 'input' : 'output', unrepresentable: 'any' })
    expect(json).toMatchSnapshot()
  },
)
