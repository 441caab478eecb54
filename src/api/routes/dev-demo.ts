/** `/dev/demo`: the people a development server can be tried out as, and how to sign in as one of them. */
import { Hono } from 'hono'
import { DEMO_ADDRESS, demoAccounts } from '../../directory/operation/demo'
import { imageUrl } from '../../media/urls'
import { fullName } from '../../protocol'
import type { Api } from '../context'
import { developmentOnly } from '../middleware/development'
import { countedInHandler } from '../middleware/rate-limit'

/** Of every demo account. It opens nothing elsewhere: only a seeded development server has such accounts. */
const PASSWORD = 'tea at five'

/** `/dev/demo`. A function, so that the bundler drops it from a build that does not call it. */
export function devDemo(): Hono<Api> {
  const routes = new Hono<Api>()

  routes.use(developmentOnly)

  routes.get('/', countedInHandler('open'), async (c) => {
    const { empty, people } = await demoAccounts(c.env.DIRECTORY)
    const { origin } = new URL(c.req.url)
    c.header('Cache-Control', 'no-store')
    return c.json({
      empty,
      // Seeding appoints the one who is staff last: before, the set is not complete.
      ready: people.some(({ is_staff }) => is_staff === 1),
      address: DEMO_ADDRESS,
      password: PASSWORD,
      people: people.map((row) => ({
        id: row.id,
        username: row.username,
        full_name: fullName(row),
        bio: row.bio,
        profile_pic: row.picture && imageUrl(origin, row.picture),
        is_staff: row.is_staff === 1,
      })),
    })
  })

  return routes
}
