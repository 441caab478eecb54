/** The types of the SDK against those of the protocol, and the names between them. */
import { describe, expect, expectTypeOf, it } from 'vitest'
import type * as z from 'zod'
import { type Camel, fromWire, toWire } from '../../src/client/dialect'
import type * as Sdk from '../../src/client/model'
import type * as Wire from '../../src/protocol'

type Input<T extends z.ZodType> = Camel<z.input<T>>
type Output<T extends z.ZodType> = Camel<z.infer<T>>

describe('the names of the SDK', () => {
  it('are camelCase, with one name for the text of a message, and ids that say so', () => {
    const wire = {
      type: 'last_message_updated',
      room_id: 7,
      last_message: { content: null, text: 'Photo', sender: 3, sender_name: 'Ann' },
      message: { room: 7, sender: { id: 3, full_name: 'Ann' }, read_statuses: [{ read_at: 'now' }] },
      data: { their_own: { content: 1 } },
    }
    const sdk = {
      type: 'last_message_updated',
      roomId: 7,
      lastMessage: { text: null, preview: 'Photo', senderId: 3, senderName: 'Ann' },
      message: { roomId: 7, sender: { id: 3, fullName: 'Ann' }, readStatuses: [{ readAt: 'now' }] },
      data: { their_own: { content: 1 } },
    }
    expect(fromWire(wire)).toEqual(sdk)
    expect(toWire({ ...sdk, message: undefined })).toEqual({
      ...wire,
      last_message: { content: null, preview: 'Photo', sender_id: 3, sender_name: 'Ann' },
      message: undefined,
    })
  })

  it('leave alone what is not a plain object, and a key that names a prototype', () => {
    const blob = new Blob(['a'])
    const form = new FormData()
    const sent = toWire({ groupImage: blob, form, at: null }) as Record<string, unknown>
    expect(sent.group_image).toBe(blob)
    expect(sent.form).toBe(form)
    const odd = fromWire<object>(JSON.parse('{"__proto__": {"is_admin": true}}'))
    expect((odd as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    expect({}).not.toHaveProperty('isAdmin')
  })

  it('have a type for each answer that says the same as the schema', () => {
    expectTypeOf<Sdk.Sender>().toEqualTypeOf<Camel<Wire.Sender>>()
    expectTypeOf<Omit<Sdk.User, never>>().toEqualTypeOf<Omit<Camel<Wire.User>, never>>()
    expectTypeOf<Omit<Sdk.Profile, never>>().toEqualTypeOf<Omit<Camel<Wire.Profile>, never>>()
    expectTypeOf<Sdk.Device>().toEqualTypeOf<Output<typeof Wire.Session>>()
    expectTypeOf<Sdk.FriendRequest>().toEqualTypeOf<Camel<Wire.FriendRequest>>()
    expectTypeOf<Sdk.Accepted>().toEqualTypeOf<Camel<Wire.Accepted>>()
    expectTypeOf<Sdk.Message>().toEqualTypeOf<Camel<Wire.Message>>()
    expectTypeOf<Sdk.LastMessage>().toEqualTypeOf<Camel<Wire.LastMessage>>()
    expectTypeOf<Sdk.Version>().toEqualTypeOf<Camel<Wire.Version>>()
    expectTypeOf<Omit<Sdk.FoundMessage, never>>().toEqualTypeOf<Omit<Camel<Wire.FoundMessage>, never>>()
    expectTypeOf<Sdk.RoomInList>().toEqualTypeOf<Camel<Wire.RoomInList>>()
    expectTypeOf<Omit<Sdk.Participant, never>>().toEqualTypeOf<Omit<Camel<Wire.Participant>, never>>()
    expectTypeOf<Omit<Sdk.RoomDetail, 'participants'>>().toEqualTypeOf<Omit<Camel<Wire.RoomDetail>, 'participants'>>()
    expectTypeOf<Sdk.MembersAdded['invited']>().toEqualTypeOf<Wire.MembersAdded['invited']>()
    expectTypeOf<Sdk.Invitation>().toEqualTypeOf<Camel<Wire.Invitation>>()
    expectTypeOf<Sdk.JoinPreview>().toEqualTypeOf<Camel<Wire.JoinPreview>>()
    expectTypeOf<Sdk.Ban>().toEqualTypeOf<Camel<Wire.Ban>>()
    expectTypeOf<Sdk.Notification>().toEqualTypeOf<Camel<Wire.Notification>>()
  })

  it('have a type for each body that the schema takes', () => {
    expectTypeOf<Sdk.NewAccount>().toExtend<Input<typeof Wire.RegisterBody>>()
    expectTypeOf<Omit<Sdk.ProfileChanges, 'profilePic'>>().toExtend<
      Omit<Input<typeof Wire.ProfileBody>, 'profilePic'>
    >()
    expectTypeOf<Sdk.MessageDraft>().toEqualTypeOf<Camel<Wire.MessageDraft>>()
    expectTypeOf<Sdk.MyRoomChanges>().toExtend<Input<typeof Wire.MyRoomBody>>()
    expectTypeOf<Sdk.InvitationLimits>().toExtend<Input<typeof Wire.LinkBody>>()
    expectTypeOf<Omit<Sdk.NewRoom, 'groupImage'>>().toExtend<Input<typeof Wire.CreateRoomBody>>()
  })
})
