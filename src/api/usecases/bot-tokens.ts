/** Tokens of bots, as the claims that an access token would have. */
import { fingerprint } from '../../auth/keys'
import type { AccessClaims } from '../../auth/tokens'
import { TIMES } from '../../config'
import { botOfToken } from '../../directory/accounts/bots'
import { ChatError, fullName } from '../../protocol'

/** The beginning of every token of a bot, by which scanners of leaked secrets know it. */
export const BOT_TOKEN_PREFIX = 'bot_'

/** Bots whose claims an isolate keeps. */
const MAX_KEPT = 1_000

/**
 * By the token's hash, oldest first. Kept no longer than an access token lasts: the bot's sidebar says whether the session has
 * ended, and knows an ended session for longer than that.
 */
const kept = new Map<string, { claims: AccessClaims; until: number }>()

/** @throws {ChatError} `token_not_valid` */
export async function claimsOfBot(env: Env, token: string): Promise<AccessClaims> {
  const hash = fingerprint(token)
  const now = Date.now()
  const known = kept.get(hash)
  if (known && known.until > now) return known.claims
  kept.delete(hash)
  const bot = await botOfToken(env.DIRECTORY, hash)
  if (!bot) throw new ChatError('token_not_valid')
  const { id: user_id, username, picture, version, session: sid, expires_at: ends } = bot
  const caller = { full_name: fullName(bot), picture, version, is_bot: true, ends }
  const claims = { user_id, username, sid, gen: 0, caller, jti: hash }
  kept.set(hash, { claims, until: now + TIMES.accessToken })
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value as string)
  return claims
}
