/** The objects that requests name: for each kind the caller's own, a foreign one, and a missing one. */
import { env } from 'cloudflare:workers'
import { verifyAccess } from '../../src/auth/tokens'
import { newId, newLinkCode } from '../../src/protocol'
import { ask, direct, done, type Frame, group, post, type Someone, say, signIn } from '../support/world'
import type { Whose } from './access'
import { type Company, estrange, foreignGroup, theirGroup } from './roles'

/** The values of a path's parameters, and a query string that the object needs. */
export interface Named {
  params: Record<string, string | number>
  query?: string
}

/** A kind of object. What is `shared` is the same for all who ask. */
export interface Kind {
  shared: boolean
  make(company: Company, whose: Whose, asker: Someone): Promise<Named>
}

/** An id of a host. No person may ask for it, so it needs nobody behind it. */
export const externalId: Kind = {
  shared: true,
  make: async (_, whose) => ({
    params: { externalId: whose, webhookId: whose, botId: whose, deliveryId: whose } as unknown as Record<
      string,
      number
    >,
  }),
}

/** A kind of which each asker has one: made by `own`; the outsider has the foreign one. */
const personal = (own: (who: Someone, company: Company) => Promise<number>): Kind => ({
  shared: false,
  async make(company, whose, asker) {
    if (whose === 'missing') return { params: { id: newId() } }
    return { params: { id: await own(whose === 'own' ? asker : company.outsider, company) } }
  },
})

/** A room with a link, somebody banned and a message of the one who is named. */
const roomWhere = (speaker: 'member' | 'owner'): Kind => ({
  shared: true,
  async make(company, whose) {
    const { outsider, banned } = company
    const userId = banned.id
    const emoji = encodeURIComponent('👍')
    if (whose === 'missing') {
      const id = newId()
      return { params: { roomId: id, id, messageId: 5, userId, emoji, hookId: 7, code: newLinkCode(id) } }
    }
    const isOwn = whose === 'own'
    const room = await (isOwn ? theirGroup(company) : foreignGroup(company))
    const message = await say(isOwn ? company[speaker] : outsider, room, 'Hello there.')
    const link = await done(post(isOwn ? company.owner : outsider, `/api/chatrooms/${room.id}/shareable_link/`))
    // A foreign room's link is nobody's here: all that they can do is guess one.
    const code = isOwn ? link.code : newLinkCode(room.id)
    return { params: { roomId: room.id, id: room.id, messageId: message.id, userId, emoji, hookId: 7, code } }
  },
})

export const room = roomWhere('member')
export const roomWithOwnersMessage = roomWhere('owner')

/** The direct room of the member and the owner, with a message of one of them; the outsider has the foreign one. */
const pairWhere = (speaker: 'member' | 'owner'): Kind => ({
  shared: true,
  async make(company, whose) {
    const { outsider, passer, banned } = company
    const emoji = encodeURIComponent('👍')
    const missing = newId()
    const params = {
      roomId: missing,
      id: missing,
      messageId: 5,
      userId: banned.id,
      emoji,
      hookId: 7,
      code: newLinkCode(missing),
    }
    if (whose === 'missing') return { params }
    const isOwn = whose === 'own'
    const room = await (isOwn ? direct(company.member, company.owner) : direct(outsider, passer))
    const message = await say(isOwn ? company[speaker] : outsider, room, 'Just us.')
    const ids = { roomId: room.id, id: room.id, messageId: message.id, code: newLinkCode(room.id) }
    return { params: { ...params, ...ids } }
  },
})

export const directRoom = pairWhere('member')
export const directRoomWithOwnersMessage = pairWhere('owner')

/** Accounts by their address, as entrances name them: the asker's own, the outsider's, and one that nobody has. */
export const address: Kind = {
  shared: false,
  async make({ outsider }, whose, asker) {
    const email = { own: asker.email, foreign: outsider.email, missing: `nobody${newId()}@parlour.test` }[whose]
    return { params: { email } }
  },
}

/** A room that the asker has left, and is asked to come back to. */
export const leftRoom: Kind = {
  shared: false,
  async make({ outsider }, _, asker) {
    const room = await group(outsider, [asker])
    await done(post(asker, `/api/chatrooms/${room.id}/leave_room/`))
    await done(post(outsider, `/api/chatrooms/${room.id}/add_members/`, { users: [asker.id] }))
    return { params: { roomId: room.id } }
  },
}

/** People: oneself, a passer-by, nobody. */
export const person: Kind = {
  shared: false,
  make: async ({ passer }, whose, asker) => ({
    params: { id: { own: asker.id, foreign: passer.id, missing: newId() }[whose] },
  }),
}

/** The same, with whom there is nothing between yet. */
export const unasked: Kind = {
  shared: false,
  async make(company, whose, asker) {
    if (whose === 'foreign') await estrange(company.passer, asker)
    return person.make(company, whose, asker)
  },
}

/** The accounts that staff look after. */
export const account: Kind = {
  shared: false,
  make: async ({ suspect }, whose, asker) => ({
    params: { id: { own: asker.id, foreign: suspect.id, missing: newId() }[whose] },
  }),
}

/** The parts of a backup, under a name that its sender chooses. */
export const transfer: Kind = {
  shared: true,
  make: async () => ({ params: { transfer: 'the-backup-that-staff-are-sending', part: 0 } }),
}

const request = (from: Someone, to: Someone): Promise<Frame> =>
  done(post(from, '/api/friend-requests/', { to_user: to.id }))

/** A friend of the asker's; to them, the outsider's friend is a stranger. */
export const friend: Kind = {
  shared: false,
  async make({ friend: other, passer, outsider }, whose, asker) {
    if (whose === 'missing') return { params: { id: newId() } }
    const [one, two] = whose === 'own' ? [asker, other] : [outsider, passer]
    await estrange(two, one)
    const { id } = await request(one, two)
    await done(post(two, `/api/friend-requests/${id}/accept/`))
    return { params: { id: two.id } }
  },
}

export const incomingRequest: Kind = personal(async (to, { friend: from }) => {
  await estrange(from, to)
  return (await request(from, to)).id
})

export const outgoingRequest: Kind = personal(async (from, { friend: to }) => {
  await estrange(from, to)
  return (await request(from, to)).id
})

/** Notifications are counted per person: a foreign one has to be further on than anybody's own. */
const FAR = 60

export const notification: Kind = personal(async (who, { outsider }) => {
  const made = async () => (await done(post(who, '/api/notifications/', { message: 'To do.' }))).id
  let id = await made()
  while (who === outsider && id < FAR) id = await made()
  return id
})

/** Another device of the asker's. */
export const session: Kind = personal(async (who, { outsider }) => {
  const device = who === outsider ? who : await signIn(who)
  return (await verifyAccess([env.AUTH_SECRET], device.access)).sid
})

/** A form with a file in it, whose bytes tests read as they read answers. */
export function fileForm(): FormData {
  const form = new FormData()
  form.append('file', new Blob(['"the bytes of a file"']), 'words.txt')
  return form
}

/** A stored file with its signed URL, with a signature that is another's, and where there is none. */
export const storedFile: Kind = {
  shared: true,
  async make({ member, outsider }, whose) {
    const upload = (who: Someone) => done(ask('POST', '/api/files/', { token: who.access, body: fileForm() }))
    const mine = new URL((await upload(member)).url)
    const place = async () => {
      if (whose === 'own') return mine
      const theirs = new URL((await upload(outsider)).url)
      if (whose === 'missing') theirs.pathname = theirs.pathname.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))
      return theirs
    }
    const [, , owner = '', name = ''] = (await place()).pathname.split('/')
    return { params: { owner, name }, query: mine.search }
  },
}
