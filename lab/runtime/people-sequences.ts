/** Sequences about people: profiles, pictures, blocks, friend requests. */
import { gif, png } from '../../test/media/fixtures'
import { direct, done, enter, type Frame, get, group, patch, post, remove, say } from '../../test/support/world'
import { pause } from '../harness/waiting.ts'
import { accounts } from './accounts'
import { add, inRoom, isThere, notificationsOf, picture, rename, type Sequence, stagger, two } from './sequence'

export const PEOPLE_SEQUENCES: Sequence[] = [
  {
    name: 'two changes of a profile at once',
    async prepare(tag) {
      const { ada, bob, room, pair } = await two(tag)
      await say(ada, room, 'by ada')
      await say(ada, pair, 'by ada')
      const play = () =>
        Promise.all([rename(ada, 'One'), stagger(tag).then(() => rename(ada, 'Two')), rename(ada, 'Three')])
      return { people: [ada, bob], rooms: [room, pair], play }
    },
  },
  {
    name: 'two pictures at once',
    async prepare(tag) {
      const { ada, bob, room, pair } = await two(tag)
      const play = () => Promise.all([picture(ada, png()), picture(ada, gif())])
      const judge = async () => {
        const { participants } = await done(get(bob, inRoom(room)))
        const { profile_pic } = participants.find(({ id }: Frame) => id === ada.id)
        return profile_pic && (await isThere(profile_pic)) ? [] : [`the picture ${profile_pic} is not there`]
      }
      return { people: [ada, bob], rooms: [room, pair], play, judge }
    },
  },
  {
    name: 'a rename while being added',
    async prepare(tag) {
      const { ada, bob } = await accounts(tag, 'ada', 'bob')
      const room = await group(ada, [])
      const play = () => Promise.all([stagger(tag).then(() => add(ada, room, bob)), rename(bob, 'Renamed')])
      return { people: [ada, bob], rooms: [room], play }
    },
  },
  {
    name: 'a rename while joining by a link',
    async prepare(tag) {
      const { ada, bob } = await accounts(tag, 'ada', 'bob')
      const room = await group(ada, [])
      const { code } = await done(post(ada, inRoom(room, 'shareable_link/')))
      const play = () =>
        Promise.all([stagger(tag).then(() => done(post(bob, `/api/chatrooms/join/${code}/`))), rename(bob, 'Renamed')])
      return { people: [ada, bob], rooms: [room], play }
    },
  },
  {
    name: 'a rename while a room is made',
    async prepare(tag) {
      const { ada, bob } = await accounts(tag, 'ada', 'bob')
      const rooms: Frame[] = []
      const play = async () => {
        const [room, pair] = await Promise.all([
          stagger(tag).then(() => group(ada, [bob])),
          stagger(tag).then(() => direct(ada, bob)),
          rename(bob, 'Renamed'),
        ])
        rooms.push(room, pair)
      }
      return { people: [ada, bob], rooms, play }
    },
  },
  {
    name: 'a rename while a device opens the room',
    async prepare(tag) {
      const { ada, bob, rooms, room, people } = await two(tag)
      await say(bob, room, 'by bob')
      const play = () =>
        Promise.all([
          rename(bob, 'Renamed'),
          enter(bob, room),
          stagger(tag).then(() => enter(bob, room)),
          enter(ada, room),
        ])
      return { people, rooms, play }
    },
  },
  {
    name: 'a rename after leaving, and while leaving',
    async prepare(tag) {
      const { ada, bob, room, pair, people } = await two(tag)
      await say(bob, room, 'by bob')
      const play = async () => {
        await Promise.all([stagger(tag).then(() => post(bob, inRoom(room, 'leave_room/'))), rename(bob, 'Renamed')])
        await rename(bob, 'Renamed again')
      }
      return { people, rooms: [room, pair], play: () => play().then(() => ada) }
    },
  },
  {
    name: 'a rename of somebody whose messages are announced and quoted',
    async prepare(tag) {
      const { ada, bob, rooms, room, pair, people } = await two(tag)
      const { id } = await say(bob, room, 'a question')
      const play = () =>
        Promise.all([
          say(ada, room, 'an answer', { reply_to: id }),
          say(bob, pair, 'hello'),
          say(bob, room, `@${ada.username}`),
          rename(bob, 'Renamed'),
          patch(ada, inRoom(room), { room_name: 'Another name' }),
        ])
      return { people, rooms, play }
    },
  },
  {
    name: 'a block that is set and lifted at once',
    async prepare(tag) {
      const { ada, bob, pair, people } = await two(tag)
      const path = `/api/users/${bob.id}/block/`
      const play = () => Promise.all([post(ada, path), remove(ada, path), post(ada, path), remove(ada, path)])
      const judge = async () => {
        const { blocked } = await done(get(ada, `/api/users/${bob.id}/`))
        const { status } = await post(ada, inRoom(pair, 'messages/'), { content: 'after' })
        return blocked === (status === 403) ? [] : [`blocked is ${blocked}, and sending answers ${status}`]
      }
      return { people, rooms: [], play, judge }
    },
  },
  {
    name: 'a block while the direct room is made',
    async prepare(tag) {
      const { ada, bob } = await accounts(tag, 'ada', 'bob')
      const play = () =>
        Promise.all([
          post(ada, '/api/chatrooms/direct/', { user_id: bob.id }),
          pause(20).then(() => post(bob, `/api/users/${ada.id}/block/`)),
        ])
      const judge = async () => {
        const { results } = await done(get(ada, '/api/chatrooms/'))
        const [pair] = results
        if (!pair) return []
        const { status } = await post(ada, inRoom(pair, 'messages/'), { content: 'after' })
        return status === 403 ? [] : [`sending to somebody who has blocked one answers ${status}`]
      }
      return { people: [ada, bob], rooms: [], play, judge }
    },
  },
  {
    name: 'a friend request sent and taken back at once',
    async prepare(tag) {
      const { ada, bob } = await accounts(tag, 'ada', 'bob')
      const play = async () => {
        const { id } = await done(post(ada, '/api/friend-requests/', { to_user: bob.id }))
        await done(post(ada, `/api/friend-requests/${id}/cancel/`))
      }
      const judge = async () =>
        (await notificationsOf(bob))
          .filter((each) => each.notification_type === 'friend_request' && !each.is_read)
          .map((each) => `still to be answered: ${JSON.stringify(each)}`)
      return { people: [ada, bob], rooms: [], play, judge }
    },
  },
  {
    name: 'friend requests that cross',
    async prepare(tag) {
      const { ada, bob } = await accounts(tag, 'ada', 'bob')
      const rooms: Frame[] = []
      const play = () =>
        Promise.all([
          post(ada, '/api/friend-requests/', { to_user: bob.id }),
          post(bob, '/api/friend-requests/', { to_user: ada.id }),
          rename(ada, 'Renamed'),
        ])
      const judge = async () => {
        rooms.push(...(await done(get(ada, '/api/chatrooms/'))).results)
        const open = [...(await notificationsOf(ada)), ...(await notificationsOf(bob))].filter(
          (each) => each.notification_type === 'friend_request' && !each.is_read,
        )
        return [...(rooms.length === 1 ? [] : [`${rooms.length} rooms`]), ...open.map((each) => JSON.stringify(each))]
      }
      return { people: [ada, bob], rooms, play, judge }
    },
  },
]
