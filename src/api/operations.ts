/** Every operation of the REST API, as its route file describes it. A missing one fails a test, and so does a wrong answer. */
import type { Operation } from './openapi/operation'
import { accountsOperations } from './routes/accounts'
import { adminOperations } from './routes/admin'
import { apiKeyOperations } from './routes/api-keys'
import { backupsOperations } from './routes/backups'
import { blocksOperations } from './routes/blocks'
import { codesOperations } from './routes/codes'
import { exchangeOperations } from './routes/exchange'
import { filesOperations } from './routes/files'
import { friendRequestsOperations } from './routes/friend-requests'
import { friendsOperations } from './routes/friends'
import { healthOperations } from './routes/health'
import { hooksOperations } from './routes/hooks'
import { imagesOperations } from './routes/images'
import { invitationsOperations } from './routes/invitations'
import { invitesOperations } from './routes/invites'
import { limitsOperations } from './routes/limits'
import { mediaOperations } from './routes/media'
import { messagesOperations } from './routes/messages'
import { notificationsOperations } from './routes/notifications'
import { profileOperations } from './routes/profile'
import { registerOperations } from './routes/register'
import { registrationInvitesOperations } from './routes/registration-invites'
import { roomsOperations } from './routes/rooms'
import { schemaOperations } from './routes/schema'
import { searchOperations } from './routes/search'
import { serverBotOperations } from './routes/server-bots'
import { serverUserOperations } from './routes/server-users'
import { serverWebhookOperations } from './routes/server-webhooks'
import { sessionsOperations } from './routes/sessions'
import { storageOperations } from './routes/storage'
import { tokenOperations } from './routes/token'
import { usersOperations } from './routes/users'

export const operations: readonly Operation[] = [
  ...registerOperations,
  ...accountsOperations,
  ...codesOperations,
  ...tokenOperations,
  ...sessionsOperations,
  ...profileOperations,
  ...usersOperations,
  ...friendRequestsOperations,
  ...friendsOperations,
  ...blocksOperations,
  ...roomsOperations,
  ...invitationsOperations,
  ...invitesOperations,
  ...messagesOperations,
  ...hooksOperations,
  ...searchOperations,
  ...imagesOperations,
  ...filesOperations,
  ...storageOperations,
  ...mediaOperations,
  ...notificationsOperations,
  ...healthOperations,
  ...schemaOperations,
  ...limitsOperations,
  ...adminOperations,
  ...backupsOperations,
  ...registrationInvitesOperations,
  ...apiKeyOperations,
  ...exchangeOperations,
  ...serverUserOperations,
  ...serverBotOperations,
  ...serverWebhookOperations,
]
