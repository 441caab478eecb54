/** Delays an answer until lists and the directory have followed the change, so that the caller reads their own writes. */
import { isRefused, type UserId } from '../../protocol'
import type { DirectoryProjection } from './directory-projection'
import type { SidebarPush } from './sidebar-push'

/** How long an answer waits, in milliseconds. */
const WAIT = 500

export class Delivery {
  readonly #sidebars: SidebarPush
  readonly #projection: DirectoryProjection

  constructor(sidebars: SidebarPush, projection: DirectoryProjection) {
    this.#sidebars = sidebars
    this.#projection = projection
  }

  /**
   * Resolves with `answer` once the sidebars, that of `by` first, and the directory have the change, or `WAIT` ms have passed.
   * `projected` is how long the directory is waited for: REST finds no room that the directory does not have.
   */
  async after<T>(answer: T, { by, projected = WAIT }: { by?: UserId; projected?: number } = {}): Promise<T> {
    if (isRefused(answer)) return answer
    await Promise.all([this.#sidebars.flush(WAIT, by), this.#projection.flush(projected)])
    return answer
  }
}
