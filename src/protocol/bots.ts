/** Bots: accounts of programs, with a token that lasts until it is revoked. */
import * as z from 'zod'
import { LIMITS } from './limits'
import { nameSchema, usernameSchema } from './names'
import { ServerUser } from './server'

export const BotBody = z.strictObject({
  username: usernameSchema(LIMITS.usernameLength),
  name: nameSchema(LIMITS.nameLength).optional(),
})

export const Bot = ServerUser.extend({ is_bot: z.literal(true) }).meta({ id: 'Bot' })
export type Bot = z.infer<typeof Bot>

/** `token` is told once. It is good wherever an access token is. */
export const NewBot = z.object({ user: Bot, token: z.string() }).meta({ id: 'NewBot' })
