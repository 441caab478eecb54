/** The base of the room's RPC classes. Each of them adds the methods of one noun; `Room` is the last. */
import { DurableObject } from 'cloudflare:workers'
import { buildRoom, type RoomParts } from '../parts'

export abstract class RoomActor extends DurableObject<Env> {
  /** A field, not a method or an accessor: RPC reaches what is on a prototype, also when TypeScript calls it protected. */
  protected parts!: RoomParts

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    void ctx.blockConcurrencyWhile(async () => {
      this.parts = await buildRoom(ctx, env)
    })
  }
}
