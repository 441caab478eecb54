/** `/api/server/bots`: accounts of programs, each with a token that lasts until it is revoked. */
import { type Context, Hono } from 'hono'
import { fingerprint, newSecret } from '../../auth/keys'
import { newSession } from '../../auth/session'
import { settings } from '../../config'
import { deleteBotToken, listBots, storeBotToken } from '../../directory/accounts/bots'
import { register } from '../../directory/accounts/new-accounts'
import { endOtherSessions } from '../../directory/accounts/sessions'
import { type Account, findAccount } from '../../directory/accounts/users'
import { Bot, BotBody, ChatError, Id, NewBot, newId, type UserId } from '../../protocol'
import { authenticateKey, type Hosted, needScope } from '../middleware/api-key'
import { countedInHandler } from '../middleware/rate-limit'
import { strictBody } from '../middleware/server-body'
import { area, type Operation } from '../openapi/operation'
import { toServerUser } from '../presenters/hosted'
import { fieldsTaken, refuseReservedName } from '../usecases/account-fields'
import { BOT_TOKEN_PREFIX } from '../usecases/bot-tokens'
import { recordAct } from '../usecases/hosted-people'
import { closeEndedSessions } from '../usecases/outbox'

/** The namespace of the external ids of bots, which are their first usernames. */
const ISSUER = 'bot'
/** When the session of a bot ends, in ms since 1970: not in this millennium. */
const NEVER = Date.UTC(9999, 0)

export const serverBots = new Hono<Hosted>()

serverBots.use(countedInHandler('server'), authenticateKey, needScope('users'))

const rate = countedInHandler('server')

serverBots.post('/', rate, strictBody(BotBody), async (c) => {
  const { username, name = '' } = c.req.valid('json')
  await refuseReservedName(name, '')
  const id = newId()
  const names = { firstName: name, lastName: '', picture: null, now: Date.now() }
  const host = { issuer: ISSUER, externalId: username, isManaged: true }
  const { taken } = await register(
    c.env.DIRECTORY,
    { id, email: null, passwordHash: null, ...names, host },
    [username],
    null,
  )
  if (taken.length > 0) throw fieldsTaken(taken)
  const token = await newToken(c, id)
  await recordAct(c, c.var.keyId, 'user.created', id)
  return c.json({ user: toBot(c, await botWithId(c, id)), token }, 201)
})

serverBots.get('/', rate, async (c) => c.json((await listBots(c.env.DIRECTORY)).map((row) => toBot(c, row))))

serverBots.post('/:botId/rotate', rate, async (c) => {
  const bot = await botInPath(c)
  await endSessions(c, bot.id)
  const token = await newToken(c, bot.id)
  await recordAct(c, c.var.keyId, 'token.issued', bot.id)
  return c.json({ user: toBot(c, bot), token })
})

serverBots.delete('/:botId', rate, async (c) => {
  const { id } = await botInPath(c)
  await deleteBotToken(c.env.DIRECTORY, id)
  await endSessions(c, id)
  await recordAct(c, c.var.keyId, 'user.revoked', id)
  return c.body(null, 204)
})

/** A new token in place of the one before. */
async function newToken(c: Context<Hosted>, id: UserId): Promise<string> {
  const token = BOT_TOKEN_PREFIX + newSecret()
  const session = { ...newSession(settings(c.env).AUTH_SECRET, id, 'Bot', Date.now()), expiresAt: NEVER }
  await storeBotToken(c.env.DIRECTORY, session, fingerprint(token))
  return token
}

const endSessions = async (c: Context<Hosted>, id: UserId) =>
  closeEndedSessions(c, id, await endOtherSessions(c.env.DIRECTORY, id, null, Date.now()))

async function botWithId(c: Context<Hosted>, id: UserId): Promise<Account> {
  const account = await findAccount(c.env.DIRECTORY, id)
  if (account?.is_bot !== 1 || account.erased_at !== null) throw new ChatError('not_found')
  return account
}

async function botInPath(c: Context<Hosted>): Promise<Account> {
  const id = Id.safeParse(c.req.param('botId')).data
  if (id === undefined) throw new ChatError('not_found')
  return botWithId(c, id)
}

const toBot = (c: Context<Hosted>, row: Account): Bot => ({
  ...toServerUser(row, new URL(c.req.url).origin),
  is_bot: true,
})

const describe = area('Server')
const details = {
  access: 'host',
  refusals: ['invalid_api_key', 'scope_missing', 'not_found'],
} satisfies Partial<Operation>
const PATH = '/api/server/bots/'

/** The routes above, as `/api/schema/` describes them. */
export const serverBotOperations: Operation[] = [
  describe.post(
    PATH,
    'Make a bot; its token is told once',
    { 201: NewBot },
    { ...details, body: BotBody, refusals: [...details.refusals, 'unknown_field', 'username_taken'] },
  ),
  describe.get(PATH, 'The bots, oldest first', { 200: Bot.array() }, details),
  describe.post(`${PATH}{botId}/rotate/`, 'A new token; the one before ends at once', { 200: NewBot }, details),
  describe.delete(`${PATH}{botId}/`, 'Revoke the token; open sockets close', { 204: null }, details),
]
