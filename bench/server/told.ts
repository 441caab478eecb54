/** Notes each call by which a room tells a list something, when the room makes it. */
import type { RoomReport } from '../../src/actor/rpc/summary'

/** A list that was told. */
export interface Told {
  user: number
  room: number
  /** In milliseconds since 1970. */
  at: number
}

/** The same lists; what they are told is noted in `calls`. */
export function noted(sidebars: Env['SIDEBARS'], calls: Told[]): Env['SIDEBARS'] {
  return new Proxy(sidebars, {
    get(target, name) {
      if (name !== 'getByName') return Reflect.get(target, name)
      return (id: string) => {
        const list = target.getByName(id)
        return new Proxy(list, {
          get(stub, method) {
            if (method !== 'roomChanged') return Reflect.get(stub, method)
            // With whatever else the caller hands over, such as its trace.
            return (report: RoomReport, ...more: []) => {
              calls.push({ user: Number(id), room: report.state.room, at: Date.now() })
              return stub.roomChanged(report, ...more)
            }
          },
        })
      }
    },
  })
}
