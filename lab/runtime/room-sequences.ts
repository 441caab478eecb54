/** Sequences in rooms: messages, mentions, images, members, lists. */
import { promote } from '../../test/support/staff'
import {
  type Answer,
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
import { pause } from '../harness/waiting.ts'
import { accounts } from './accounts'
import { add, imageId, inRoom, isThere, notificationsOf, rename, type Sequence, two, until } from './sequence'

export const ROOM_SEQUENCES: Sequence[] = [
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
