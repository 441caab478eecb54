/** Every operation of the REST API. A route that is not here fails a test, and so does an answer that differs. */
import { accounts } from './accounts'
import { administration } from './administration'
import { notifications } from './notifications'
import type { Operation } from './operation'
import { people } from './people'
import { messages, rooms } from './rooms'
import { uploads } from './uploads'

export const operations: readonly Operation[] = [
  ...accounts,
  ...people,
  ...rooms,
  ...messages,
  ...uploads,
  ...notifications,
  ...administration,
]
