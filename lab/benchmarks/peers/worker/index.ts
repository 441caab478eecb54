/** The peers of Parlour's own platform: rebroadcasting rooms, and a route that does nothing behind the same check. */
import { Hono } from 'hono'
import { verifyAccess } from '../../../../src/auth/tokens'
import type { Bare, BareFlush, BareStored } from './bare'

export { Bare, BareFlush, BareStored } from './bare'

interface Bindings {
  BARE: DurableObjectNamespace<Bare>
  BARE_FLUSH: DurableObjectNamespace<BareFlush>
  BARE_STORED: DurableObjectNamespace<BareStored>
  AUTH_SECRET: string
}

const app = new Hono<{ Bindings: Bindings }>()

app.get('/bare/:room', (c) => c.env.BARE.getByName(c.req.param('room')).fetch(c.req.raw))
app.get('/bare-flush/:room', (c) => c.env.BARE_FLUSH.getByName(c.req.param('room')).fetch(c.req.raw))
app.get('/bare-stored/:room', (c) => c.env.BARE_STORED.getByName(c.req.param('room')).fetch(c.req.raw))

app.get('/empty', async (c) => {
  await verifyAccess([c.env.AUTH_SECRET], (c.req.header('Authorization') ?? '').replace('Bearer ', ''))
  return c.json({})
})

export default app
