/** Rooms, their people, and what is said in them. */
import * as z from 'zod'
import {
  AddMembersBody,
  Ban,
  CreateRoomBody,
  DetailOnly,
  DirectRoomBody,
  EditBody,
  FoundMessage,
  Invitation,
  JoinPreview,
  LinkBody,
  ListQuery,
  MemberBody,
  MembersAdded,
  Message,
  MessagesQuery,
  MyRoomBody,
  Notification,
  Participant,
  pageOf,
  ReadStatus,
  RoomDetail,
  RoomInList,
  RoomInvite,
  RoomsQuery,
  SearchQuery,
  SendBody,
  StorageUse,
  SystemMessage,
  UpdateRoomBody,
  Version,
} from '../../protocol'
import { area, type Operation } from './operation'

const group = area('Rooms')
const ROOM = '/api/chatrooms/{roomId}/'

const adminsOnly = ['admins_only', 'direct_room'] satisfies Operation['refusals']
const update = { body: UpdateRoomBody, files: ['group_image'], refusals: adminsOnly } satisfies Partial<Operation>
const roles = { body: MemberBody, refusals: [...adminsOnly, 'forbidden'] } satisfies Partial<Operation>

export const rooms: Operation[] = [
  group.get('/api/chatrooms/', 'My rooms, newest activity first', { 200: pageOf(RoomInList) }, { query: RoomsQuery }),
  group.post(
    '/api/chatrooms/',
    'Make a group, or find the direct room',
    { 200: RoomDetail, 201: RoomDetail },
    {
      body: CreateRoomBody,
      files: ['group_image'],
      refusals: ['unknown_users', 'yourself', 'blocked', 'room_full'],
    },
  ),
  group.post(
    '/api/chatrooms/direct/',
    'The room with one person',
    { 200: RoomDetail, 201: RoomDetail },
    {
      body: DirectRoomBody,
      refusals: ['unknown_users', 'yourself', 'blocked'],
    },
  ),
  group.get(
    '/api/chatrooms/join/{code}/',
    'What a link leads to',
    { 200: JoinPreview },
    {
      refusals: ['banned', 'link_expired'],
    },
  ),
  group.post(
    '/api/chatrooms/join/{code}/',
    'Come in by a link',
    { 200: RoomDetail },
    {
      refusals: ['banned', 'link_expired', 'room_full'],
    },
  ),
  group.get(ROOM, 'A room in detail', { 200: RoomDetail }),
  group.put(ROOM, 'Rename, describe, picture', { 200: RoomDetail }, update),
  group.patch(ROOM, 'Rename, describe, picture', { 200: RoomDetail }, update),
  group.delete(ROOM, 'Delete the room for everybody', { 204: null }, { refusals: ['owner_only'] }),
  group.patch(
    `${ROOM}me/`,
    'Mute, pin, nickname: my own view',
    { 200: RoomInList },
    { body: MyRoomBody, refusals: ['too_many_pinned'] },
  ),
  group.get(`${ROOM}participants/`, 'Who is in it', { 200: z.array(Participant) }, { query: ListQuery }),
  group.get(`${ROOM}storage/`, 'How much of its quota the room has used', { 200: StorageUse }),
  group.post(
    `${ROOM}add_members/`,
    'Add people; those who left the room are asked',
    { 200: MembersAdded },
    {
      body: AddMembersBody,
      refusals: [...adminsOnly, 'unknown_users', 'blocked', 'banned', 'room_full'],
    },
  ),
  group.post(
    `${ROOM}remove_member/`,
    'Remove somebody',
    { 200: RoomDetail },
    {
      body: MemberBody,
      refusals: [...adminsOnly, 'yourself', 'forbidden'],
    },
  ),
  group.post(`${ROOM}assign_admin/`, 'Make somebody an admin', { 200: RoomDetail }, roles),
  group.post(`${ROOM}revoke_admin/`, 'Make an admin a member', { 200: RoomDetail }, roles),
  group.post(`${ROOM}leave_room/`, 'Leave', { 200: DetailOnly }, { refusals: ['direct_room'] }),
  group.get(
    `${ROOM}shareable_link/`,
    'The open link',
    { 200: Invitation },
    {
      refusals: ['direct_room', 'link_expired'],
    },
  ),
  group.post(
    `${ROOM}shareable_link/`,
    'Open a new link with limits',
    { 201: Invitation },
    {
      body: LinkBody,
      refusals: adminsOnly,
    },
  ),
  group.delete(`${ROOM}shareable_link/`, 'Revoke the link', { 204: null }, { refusals: adminsOnly }),
  group.get(
    `${ROOM}invites/`,
    'Who left and was asked to come back',
    { 200: z.array(RoomInvite) },
    { refusals: adminsOnly },
  ),
  group.delete(`${ROOM}invites/{userId}/`, 'Take an invitation back', { 204: null }, { refusals: adminsOnly }),
  group.get('/api/invites/', 'Invitations that wait for my answer', { 200: z.array(Notification) }),
  group.post('/api/invites/{roomId}/accept/', 'Come back to a room', { 200: RoomDetail }, { refusals: ['room_full'] }),
  group.post('/api/invites/{roomId}/decline/', 'Stay out, and not be asked again for a month', { 204: null }),
  group.get(`${ROOM}bans/`, 'Who is kept out', { 200: z.array(Ban) }, { query: ListQuery, refusals: adminsOnly }),
  group.post(
    `${ROOM}bans/`,
    'Keep somebody out',
    { 201: z.array(Ban) },
    {
      body: MemberBody,
      refusals: [...adminsOnly, 'unknown_users', 'yourself', 'forbidden'],
    },
  ),
  group.delete(`${ROOM}bans/{userId}/`, 'Lift a ban', { 204: null }, { refusals: adminsOnly }),
]

const talk = area('Messages')
const ALL = `${ROOM}messages/`
const ONE = `${ALL}{messageId}/`
const edit = {
  body: EditBody,
  refusals: ['not_your_message', 'message_deleted', 'empty_message', 'quota_exceeded'],
} satisfies Partial<Operation>

const react = {
  refusals: ['invalid', 'message_deleted', 'too_many_reactions', 'blocked'],
} satisfies Partial<Operation>

export const messages: Operation[] = [
  talk.get(
    ALL,
    'The history, newest first; with `after`, oldest first; with `type=system`, system messages instead',
    { 200: pageOf(z.union([Message, SystemMessage])) },
    {
      query: MessagesQuery,
    },
  ),
  talk.post(
    ALL,
    'Send; repeating a `client_id` answers the first message',
    { 200: Message, 201: Message },
    {
      body: SendBody,
      files: ['image', 'file'],
      refusals: ['empty_message', 'unknown_attachment', 'blocked', 'quota_exceeded'],
    },
  ),
  talk.get(ONE, 'One message', { 200: Message }),
  talk.put(ONE, 'Edit', { 200: Message }, edit),
  talk.patch(ONE, 'Edit', { 200: Message }, edit),
  talk.delete(ONE, 'Delete; a tombstone stays', { 204: null }, { refusals: ['not_your_message'] }),
  talk.put(`${ONE}reactions/{emoji}/`, 'React with one emoji; repeating it changes nothing', { 200: Message }, react),
  talk.delete(`${ONE}reactions/{emoji}/`, 'Take a reaction back', { 200: Message }, react),
  talk.get(`${ONE}history/`, 'Earlier texts, oldest first', { 200: z.array(Version) }, { query: ListQuery }),
  talk.post(`${ONE}mark_as_read/`, 'Move my read cursor here', { 200: DetailOnly }),
  talk.get(`${ONE}message_read_status/`, 'Who has read it', { 200: z.array(ReadStatus) }),
  talk.get('/api/search/', 'Messages in all my rooms', { 200: pageOf(FoundMessage) }, { query: SearchQuery }),
]
