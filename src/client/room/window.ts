/** The loaded messages of a room as a store, and the pages that extend or replace them. */
import type { Api } from '../http/api'
import { type Readable, Store } from '../store'
import { RoomActions } from './actions'
import { bufferingFrames, type Page, type RoomState, unopened, withAdjacentPage, withWindow } from './state'
import type { RoomSnapshot } from './view'

/** The default number of messages on a page. */
export const PAGE_SIZE = 50

export abstract class RoomWindow extends RoomActions implements Readable<RoomSnapshot> {
  declare protected readonly store: Store<RoomSnapshot>
  declare readonly getSnapshot: () => RoomSnapshot
  /** Calls back now and after changes. The room is open while it has subscribers. */
  declare readonly subscribe: Readable<RoomSnapshot>['subscribe']
  /** @internal */
  protected state: RoomState
  protected loading: RoomSnapshot['loading'] = null
  /** Messages on a page. @internal */
  limit = PAGE_SIZE
  /** True while the user looks through older messages: `trimmed` is not applied then. */
  protected paging = false
  #lastPage: Promise<unknown> = Promise.resolve()

  constructor(id: number, api: Api, me: number, onWatched: (isWatched: boolean) => void) {
    super(id, api)
    this.store = new Store<RoomSnapshot>((before) => this.snapshot(before), onWatched)
    this.getSnapshot = this.store.getSnapshot
    this.subscribe = this.store.subscribe
    this.state = unopened(me)
  }

  /** @internal */
  protected abstract snapshot(before: RoomSnapshot | undefined): RoomSnapshot
  /** @internal */
  protected abstract set(state: RoomState): void

  /** Loads older messages. `parlour/history` jumps to others. @returns true if there are more */
  async loadOlder(limit = this.limit): Promise<boolean> {
    this.paging = true
    await this.loadPage('older', async () => {
      const { hasOlder, messages } = this.state.timeline
      if (!hasOlder || !messages[0]) return
      const page = await this.messages({ before: messages[0].id, limit })
      return { messages: page.results, hasOlder: page.next !== null }
    })
    return this.state.timeline.hasOlder
  }

  /** @internal */
  async newest(): Promise<Page> {
    const page = await this.messages({ limit: this.limit })
    return { messages: page.results, hasOlder: page.next !== null, hasNewer: false }
  }

  /**
   * Adds a page, or with `window` replaces the loaded messages by it. Pages are loaded one after the other, so that each adjoins
   * the messages that are loaded then. @internal
   */
  loadPage(kind: NonNullable<RoomSnapshot['loading']>, fetch: () => Promise<Page | undefined>): Promise<void> {
    const loaded = this.#lastPage.then(async () => {
      this.setLoading(kind)
      this.state = bufferingFrames(this.state)
      try {
        const page = await fetch()
        if (page) this.set((kind === 'window' ? withWindow : withAdjacentPage)(this.state, page))
      } finally {
        this.state = { ...this.state, buffered: null }
        this.setLoading(null)
      }
    })
    this.#lastPage = loaded.catch(() => undefined)
    return loaded
  }

  protected setLoading(kind: RoomSnapshot['loading']): void {
    this.loading = kind
    this.store.changed()
  }
}
