/** What the platform calls: the HTTP app for each request, and the sweep by the times of `[triggers]` in wrangler.toml. */
import { app } from './app'
import { sweep } from './usecases/sweep'

export const worker = {
  fetch: app.fetch,
  scheduled: (_: ScheduledController, env: Env) => sweep(env),
} satisfies ExportedHandler<Env>
