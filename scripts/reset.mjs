/** `npm run reset`: removes the data of the local server. Secrets stay. */
import fs from 'node:fs'
import { portTaken } from './ports.mjs'
import { script, step, Trouble } from './steps.mjs'
import { STATE } from './store.mjs'

await script(async () => {
  const port = Number(process.env.PORT ?? 8787)
  if (await portTaken(port)) {
    throw new Trouble(
      `Something is running on port ${port}.`,
      'Stop the server first: it would go on writing to what is removed.',
    )
  }
  await step('Removing .wrangler/state', () => fs.rmSync(STATE, { recursive: true, force: true }))
})
