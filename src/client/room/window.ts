/** The loaded messages of a room as a store, and the pages that extend or replace them. */
import type { Api } from '../http/api'
import { type Readable, Store } from '../store'
import { RoomActions } from './actions'
import { bufferingFrames, type Page, type RoomState, unopened, withAdjacentPage, withWindow } from './state'
import type { RoomSnapshot } from './view'

/** The default number of messages on a page. */
export const PAGE_SIZE = 50

export abstract class RoomWindow extends RoomActions implements Readable<RoomSnapshot> {
  protected readonly store = new Store<RoomSnapshot>(() => this.snapshot())
  readonly getSnapshot = this.store.getSnapshot
  readonly subscribe = this.store.subscribe
  protected state: RoomState
  protected loading: RoomSnapshot['loading'] = null
  protected limit = PAGE_SIZE
  /** True while the user looks through older messages: `trimmed` is not applied then. */
  protected paging = false
  #lastPage: Promise<unknown> = Promise.resolve()

  constructor(id: number, api: Api, me: number) {
    super(id, api)
    this.state = unopened(me)
  }

  protected abstract snapshot(): RoomSnapshot
  protected abstract set(state: RoomState): void

  /** Loads older messages. @returns true if there are more */
  loadOlder(limit = this.limit): Promise<boolean> {
    this.paging = true
    return this.#loadPage('older', async () => {
      const { hasOlder, messages } = this.state.timeline
      if (!hasOlder || !messages[0]) return
      const page = await this.messages({ before: messages[0].id, limit })
      return () => withAdjacentPage(this.state, { messages: page.results, hasOlder: page.next !== null })
    }).then(() => this.state.timeline.hasOlder)
  }

  /** Loads newer messages after a jump. @returns true if there are more */
  loadNewer(limit = this.limit): Promise<boolean> {
    return this.#loadPage('newer', async () => {
      const { hasNewer, messages } = this.state.timeline
      if (!hasNewer) return
      const page = await this.messages({ after: messages.at(-1)?.id, limit })
      return () => withAdjacentPage(this.state, { messages: page.results, hasNewer: page.next !== null })
    }).then(() => this.state.timeline.hasNewer)
  }

  /** Loads the messages around one message, unless it is loaded. */
  jumpTo(id: number, limit = this.limit): Promise<void> {
    return this.#loadPage('window', async () => {
      if (this.state.timeline.messages.some((message) => message.id === id)) return
      const half = Math.ceil(limit / 2)
      const [older, newer] = await Promise.all([
        this.messages({ before: id + 1, limit: half }),
        this.messages({ after: id, limit: half }),
      ])
      const messages = [...older.results, ...newer.results]
      const page = { messages, hasOlder: older.next !== null, hasNewer: newer.next !== null }
      return () => withWindow(this.state, page)
    })
  }

  /** Loads the newest messages after a jump. */
  jumpToLatest(): Promise<void> {
    return this.#loadPage('window', async () => {
      if (!this.state.timeline.hasNewer) return
      const page = await this.newest()
      return () => withWindow(this.state, page)
    })
  }

  protected async newest(): Promise<Page> {
    const page = await this.messages({ limit: this.limit })
    return { messages: page.results, hasOlder: page.next !== null, hasNewer: false }
  }

  /** Loads pages one after the other, so that each adjoins the messages that are loaded then. */
  #loadPage(
    kind: NonNullable<RoomSnapshot['loading']>,
    work: () => Promise<(() => RoomState) | undefined>,
  ): Promise<void> {
    const loaded = this.#lastPage.then(async () => {
      this.setLoading(kind)
      this.state = bufferingFrames(this.state)
      try {
        const taken = await work()
        if (taken) this.set(taken())
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
