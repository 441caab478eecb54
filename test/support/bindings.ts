/** The bindings as the runtime gave them. Actors and handlers read the same object, which tests may change. */
import { env } from 'cloudflare:workers'

const original = { ...env }

/** Takes back what a test file put in the place of bindings. */
export function restoreBindings(): void {
  for (const name of Object.keys(env)) {
    if (!(name in original)) Reflect.deleteProperty(env, name)
  }
  Object.assign(env, original)
}
