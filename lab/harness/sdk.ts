/** The SDK as programs install it: its sources are written for bundlers, so Node cannot load them. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildClient, OUTPUT } from '../../scripts/build-client.mjs'

type Client = typeof import('../../src/client/index.ts')
type Accounts = typeof import('../../src/client/accounts.ts')
type Rooms = typeof import('../../src/client/rooms.ts')
type Notifications = typeof import('../../src/client/notifications.ts')

/** The functions of the SDK that trials use. */
export type Sdk = Pick<Client, 'createChat'> &
  Pick<Accounts, 'accountsOf'> &
  Pick<Rooms, 'roomsOf'> &
  Pick<Notifications, 'notificationsOf'>

/** Builds the SDK and loads the entries that trials use. */
export async function loadSdk(): Promise<Sdk> {
  await buildClient()
  const entries = await Promise.all(
    ['client', 'accounts', 'rooms', 'notifications'].map(
      (name) => import(pathToFileURL(path.join(OUTPUT, `${name}.js`)).href),
    ),
  )
  return Object.assign({}, ...entries) as Sdk
}
