/** `/dev/demo`: the demo accounts of a development server, with their password. */
import { Hono } from 'hono'
import { DEMO_ADDRESS, demoAccounts } from '../../directory/operation/demo'
import { imageUrl } from '../../media/urls'
import { fullName } from '../../protocol'
import type { Api } from '../context'
import { developmentOnly } from '../middleware/development'
import { countedInHandler } from '../middleware/rate-limit'

/** The password of every demo account. Only seeded development servers have such accounts. */
const PASSWORD = 'tea at five'

/** A function, so that the bundler drops it from a build that does not call it. */
export function devDemo(): Hono<Api> {
  const routes = new Hono<Api>()

  routes.use(developmentOnly)

  routes.get('/', countedInHandler('open'), async (c) => {
    const { empty, people } = await demoAccounts(c.env.DIRECTORY)
    const { origin } = new URL(c.req.url)
    c.header('Cache-Control', 'no-store')
    return c.json({
      empty,
      // Seeding makes the staff account last, so the set is complete once it exists.
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
