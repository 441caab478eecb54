/** The secrets of webhooks and their signatures, as standardwebhooks.com defines them. */
import { createHmac, randomBytes } from 'node:crypto'
import { mac, type Secrets } from './keys'

export const newWebhookSalt = (): string => randomBytes(32).toString('base64url')

const keyOf = (deployment: string, salt: string): Buffer =>
  Buffer.from(mac(deployment, 'webhook secret', salt), 'base64url')

/** The secret that a host is given. It is derived, so the directory stores none. */
export const webhookSecret = (deployment: string, salt: string): string =>
  `whsec_${keyOf(deployment, salt).toString('base64')}`

/**
 * The `webhook-signature` of a text: one for each salt and each secret of the deployment, so that a receiver may still have the
 * secret before a rotation of either.
 */
export const signaturesOf = (secrets: Secrets, salts: string[], text: string): string =>
  salts
    .flatMap((salt) => secrets.map((secret) => createHmac('sha256', keyOf(secret, salt)).update(text).digest('base64')))
    .map((signature) => `v1,${signature}`)
    .join(' ')
