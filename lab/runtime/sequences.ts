/**
 * What two owners of facts can disagree about, as short sequences: each is set up at ease, played while every call takes
 * its time, and judged at rest.
 */
import { env } from 'cloudflare:workers'
import { gif, png } from '../../test/media/fixtures'
import { promote } from '../../test/support/staff'
import {
  type Answer,
  ask,
  direct,
  done,
  enter,
  type Frame,
  get,
  group,
  openSidebar,
  patch,
  post,
  remove,
  type Someone,
  say,
} from '../../test/support/world'
import { accounts } from './accounts'

/** What was set up: to be played once, then judged. */
export interface Prepared {
  people: Someone[]
  rooms: Frame[]
  play(): Promise<unknown>
  /** What is wrong at rest, beside copies that disagree. */
  judge?(): Promise<string[]>
}

export interface Sequence {
  /** What happens. */
  name: string
  /** Answers between actors are lost now and then. */
  losing?: number
  prepare(tag: string): Promise<Prepared>
}

const inRoom = (room: Frame, rest = '') => `/api/chatrooms/${room.id}/${rest}`
const rename = (who: Someone, first_name: string) => patch(who, '/api/profile/', { first_name })
const add = (by: Someone, room: Frame, whom: Someone) => post(by, inRoom(room, 'add_members/'), { users: [whom.id] })

function picture(who: Someone, bytes: Uint8Array<ArrayBuffer>): Promise<Answer> {
  const body = new FormData()
  body.append('profile_pic', new Blob([bytes]), 'face')
  return ask('PATCH', '/api/profile/', { token: who.access, body })
}

async function imageId(who: Someone): Promise<string> {
  const body = new FormData()
  body.append('image', new Blob([png()]), 'image.png')
  return (await done(ask('POST', '/api/images/', { token: who.access, body }))).id
}

const isThere = async (url: string): Promise<boolean> => {
  const { pathname } = new URL(url)
  return (await env.MEDIA.head(decodeURIComponent(pathname.replace('/media/', '')))) !== null
}

const notificationsOf = async (who: Someone): Promise<Frame[]> =>
  (await done(get(who, '/api/notifications/?limit=1000'))) as unknown as Frame[]

/** Two people in a group and in their direct room. */
async function two(tag: string) {
  const { ada, bob } = await accounts(tag, 'ada', 'bob')
  const room = await group(ada, [bob])
  const pair = await direct(ada, bob)
  return { ada, bob, room, pair, people: [ada, bob], rooms: [room, pair] }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Keeps doing something until it gives what is wanted. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let times = 0; times < 200; times++) {
    const found = await look()
    if (found !== undefined) return found
    await pause(10)
  }
  throw new Error('It never came')
}

export const SEQUENCES: Sequence[] = [
  {
    name: 'two changes of a profile at once',
    async prepare(tag) {
      const { ada, bob, room, pair } = await two(tag)
      await say(ada, room, 'by ada')
      await say(ada, pair, 'by ada')
      const play = () => Promise.all([rename(ada, 'One'), rename(ada, 'Two'), rename(ada, 'Three')])
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
      const play = () => Promise.all([add(ada, room, bob), rename(bob, 'Renamed')])
      return { people: [ada, bob], rooms: [room], play }
    },
  },
  {
    name: 'a rename while joining by a link',
    async prepare(tag) {
      const { ada, bob } = await accounts(tag, 'ada', 'bob')
      const room = await group(ada, [])
      const { code } = await done(post(ada, inRoom(room, 'shareable_link/')))
      const play = () => Promise.all([done(post(bob, `/api/chatrooms/join/${code}/`)), rename(bob, 'Renamed')])
      return { people: [ada, bob], rooms: [room], play }
    },
  },
  {
    name: 'a rename while a room is made',
    async prepare(tag) {
      const { ada, bob } = await accounts(tag, 'ada', 'bob')
      const rooms: Frame[] = []
      const play = async () => {
        const [room, pair] = await Promise.all([group(ada, [bob]), direct(ada, bob), rename(bob, 'Renamed')])
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
          pause(15).then(() => enter(bob, room)),
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
        await Promise.all([post(bob, inRoom(room, 'leave_room/')), rename(bob, 'Renamed')])
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
    name: 'a mention sent and edited in one burst',
    async prepare(tag) {
      const { ada, bob, rooms, room, people } = await two(tag)
      const line = await enter(bob, room)
      const play = async () => {
        const { id } = await line.answer({ type: 'send_message', content: `first @${ada.username}` })
        line.send({ type: 'edit_message', message_id: id, content: `second @${ada.username}` })
        const other = await line.answer({ type: 'send_message', content: `another @${ada.username}` })
        line.send({ type: 'edit_message', message_id: id, content: `third @${ada.username}` })
        line.send({ type: 'edit_message', message_id: other.id, content: `another one @${ada.username}` })
      }
      const judge = async () => {
        line.close()
        const mentions = (await notificationsOf(ada)).filter((each) => each.notification_type === 'mention')
        return mentions.length === 2 ? [] : [`${mentions.length} mentions are announced, not 2`]
      }
      return { people, rooms, play, judge }
    },
  },
  {
    name: 'a mention sent and deleted in one burst',
    async prepare(tag) {
      const { ada, bob, rooms, room, people } = await two(tag)
      const line = await enter(bob, room)
      const play = async () => {
        const { id } = await line.answer({ type: 'send_message', content: `secret @${ada.username}` })
        await pause(10)
        line.send({ type: 'delete_message', message_id: id })
      }
      const judge = async () => {
        line.close()
        const text = JSON.stringify(await notificationsOf(ada))
        return text.includes('secret') ? [`a deleted text stands in ${text}`] : []
      }
      return { people, rooms, play, judge }
    },
  },
  {
    name: 'a notification removed while the answers to its announcement are lost',
    losing: 40,
    async prepare(tag) {
      const { ada, bob, room, people } = await two(tag)
      const gone: number[] = []
      const play = async () => {
        const [{ id }] = await Promise.all([say(bob, room, `hello @${ada.username}`), add(ada, room, bob)])
        const mention = await until(async () =>
          (await notificationsOf(ada)).find((each) => each.message_id === id && each.notification_type === 'mention'),
        )
        gone.push(id)
        await done(remove(ada, `/api/notifications/${mention.id}/`))
      }
      const judge = async () => {
        const back = (await notificationsOf(ada)).filter(
          (each) => each.notification_type === 'mention' && gone.includes(each.message_id),
        )
        return back.map((each) => `came back: ${JSON.stringify(each)}`)
      }
      return { people, rooms: [], play, judge }
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
  {
    name: 'staff delete a direct room while the two open it, and they become friends',
    async prepare(tag) {
      const { ada, bob, pair } = await two(tag)
      const { staff } = await accounts(tag, 'staff')
      await promote(staff)
      const { id } = await done(post(ada, '/api/friend-requests/', { to_user: bob.id }))
      const answers: Answer[] = []
      const play = async () => {
        answers.push(
          ...(await Promise.all([
            remove(staff, `/api/admin/rooms/${pair.id}/`),
            post(ada, '/api/chatrooms/direct/', { user_id: bob.id }),
            post(bob, `/api/friend-requests/${id}/accept/`),
          ])),
        )
        answers.push(await post(bob, '/api/chatrooms/direct/', { user_id: ada.id }))
      }
      const judge = async () => {
        const found = answers.filter(({ status }) => status >= 300).map(({ status, body }) => `${status} ${body.code}`)
        const room = await direct(ada, bob)
        const { status } = await post(bob, inRoom(room, 'messages/'), { content: 'hello' })
        if (status !== 201) found.push(`sending answers ${status}`)
        const { results } = await done(get(bob, '/api/chatrooms/'))
        const pairs = results.filter(({ is_group }: Frame) => !is_group).map((each: Frame) => each.id)
        if (pairs.join() !== `${room.id}`) found.push(`bob's direct rooms are ${pairs}, not ${room.id}`)
        return found
      }
      return { people: [ada, bob], rooms: [], play, judge }
    },
  },
  {
    name: 'an image whose message is deleted while it is sent elsewhere',
    async prepare(tag) {
      const { ada, people, room, pair } = await two(tag)
      const image_id = await imageId(ada)
      const { id } = await done(post(ada, inRoom(room, 'messages/'), { image_id }))
      const answers: Answer[] = []
      const play = async () => {
        answers.push(
          ...(await Promise.all([
            post(ada, inRoom(pair, 'messages/'), { image_id }),
            remove(ada, inRoom(room, `messages/${id}/`)),
          ])),
        )
        const third = await group(ada, [])
        answers.push(await post(ada, inRoom(third, 'messages/'), { image_id }))
      }
      const judge = async () => {
        const found: string[] = []
        for (const { status, body } of answers) {
          if (status === 201 && !(await isThere(body.image))) found.push('answered 201, and the image is not there')
        }
        return found
      }
      return { people, rooms: [room], play, judge }
    },
  },
  {
    name: 'a list that is read right after an acknowledgement',
    async prepare(tag) {
      const { ada, bob, room, rooms, people } = await two(tag)
      const line = await enter(ada, room)
      const list = await openSidebar(bob)
      const found: string[] = []
      const look = async (who: Someone, id: number) => {
        const { results } = await done(get(who, '/api/chatrooms/'))
        const { last_message: last } = results.find((each: Frame) => each.id === room.id)
        if (last?.id !== id) found.push(`the list of ${who.username} ends with ${last?.id}, not ${id}`)
      }
      const play = async () => {
        for (let n = 0; n < 3; n++) {
          const { id } = await line.answer({ type: 'send_message', content: `message ${n}` })
          await look(ada, id)
        }
      }
      const judge = async () => {
        line.close()
        list.close()
        return found
      }
      return { people, rooms, play, judge: () => judge().then((faults) => (bob ? faults : faults)) }
    },
  },
  {
    name: 'roles given and taken at once',
    async prepare(tag) {
      const { ada, bob, room, people } = await two(tag)
      const set = (action: string) => post(ada, inRoom(room, `${action}/`), { user_id: bob.id })
      const play = () =>
        Promise.all([
          set('assign_admin'),
          set('revoke_admin'),
          set('assign_admin'),
          set('revoke_admin'),
          rename(bob, 'B'),
        ])
      return { people, rooms: [room], play }
    },
  },
  {
    name: 'leaving, being put out and being added at once',
    async prepare(tag) {
      const { ada, bob, room, people } = await two(tag)
      const list = await openSidebar(bob)
      const play = () =>
        Promise.all([
          post(bob, inRoom(room, 'leave_room/')),
          add(ada, room, bob),
          post(ada, inRoom(room, 'remove_member/'), { user_id: bob.id }),
          add(ada, room, bob),
          say(ada, room, 'hello'),
        ])
      const judge = async () => {
        list.close()
        return []
      }
      return { people, rooms: [room], play, judge }
    },
  },
  {
    name: 'muting on one device, naming on another, while others talk',
    async prepare(tag) {
      const { ada, bob, room, pair, rooms, people } = await two(tag)
      const me = (body: object) => patch(ada, inRoom(room, 'me/'), body)
      const play = () =>
        Promise.all([
          me({ notify: 'nothing' }),
          say(bob, room, 'one'),
          me({ nickname: 'Mine' }),
          me({ notify: 'all' }),
          say(bob, room, 'two'),
          say(bob, pair, 'three'),
          me({ pinned: true }),
        ])
      return { people, rooms, play }
    },
  },
  {
    name: 'reading while others write, edit and delete',
    async prepare(tag) {
      const { ada, bob, room, rooms, people } = await two(tag)
      const { id } = await say(bob, room, 'one')
      const second = await say(bob, room, 'two')
      const play = () =>
        Promise.all([
          say(bob, room, 'three'),
          post(ada, inRoom(room, `messages/${id}/mark_as_read/`)),
          patch(bob, inRoom(room, `messages/${second.id}/`), { content: 'two, edited' }),
          remove(bob, inRoom(room, `messages/${id}/`)),
          post(ada, '/api/notifications/mark_all_read/'),
          say(ada, room, 'four', { reply_to: second.id }),
        ])
      return { people, rooms, play }
    },
  },
]
