/** The loaded part of a room: its state, watched, and the pages that extend and move it. */
import type { Message } from '../protocol'
import type { Api, Part, Query } from './http'
import { RoomActions } from './room-actions'
import { asking, type Page, type RoomState, unopened, withMore, withWindow } from './room-state'
import type { RoomSnapshot } from './room-view'
import { type Readable, Store } from './store'

/** How many messages a page has unless asked otherwise. */
export const PAGE = 50

export abstract class RoomWindow extends RoomActions implements Readable<RoomSnapshot> {
  protected readonly store = new Store<RoomSnapshot>(() => this.snapshot())
  readonly getSnapshot = this.store.getSnapshot
  readonly subscribe = this.store.subscribe
  protected state: RoomState
  protected loading: RoomSnapshot['loading'] = null
  protected limit = PAGE
  /** Whether somebody is looking through older messages: then none of them is let go. */
  protected paging = false
  #pages: Promise<unknown> = Promise.resolve()

  constructor(id: number, api: Api, me: number) {
    super(id, api)
    this.state = unopened(me)
  }

  protected abstract snapshot(): RoomSnapshot
  protected abstract set(state: RoomState): void

  /** Loads older messages. @returns whether there are more */
  loadOlder(limit = this.limit): Promise<boolean> {
    this.paging = true
    return this.#page('older', async () => {
      const { hasOlder, messages } = this.state.timeline
      if (!hasOlder || !messages[0]) return
      const page = await this.#list({ before: messages[0].id, limit })
      return () => withMore(this.state, { messages: page.results, hasOlder: page.next !== null })
    }).then(() => this.state.timeline.hasOlder)
  }

  /** Loads newer messages, after a jump. @returns whether there are more */
  loadNewer(limit = this.limit): Promise<boolean> {
    return this.#page('newer', async () => {
      const { hasNewer, messages } = this.state.timeline
      if (!hasNewer) return
      const page = await this.#list({ after: messages.at(-1)?.id, limit })
      return () => withMore(this.state, { messages: page.results, hasNewer: page.next !== null })
    }).then(() => this.state.timeline.hasNewer)
  }

  /** Shows the messages around one of them. */
  jumpTo(id: number, limit = this.limit): Promise<void> {
    return this.#page('window', async () => {
      if (this.state.timeline.messages.some((message) => message.id === id)) return
      const half = Math.ceil(limit / 2)
      const [older, newer] = await Promise.all([
        this.#list({ before: id + 1, limit: half }),
        this.#list({ after: id, limit: half }),
      ])
      const messages = [...older.results, ...newer.results]
      const page = { messages, hasOlder: older.next !== null, hasNewer: newer.next !== null }
      return () => withWindow(this.state, page)
    })
  }

  /** Goes back to the newest messages after a jump. */
  jumpToLatest(): Promise<void> {
    return this.#page('window', async () => {
      if (!this.state.timeline.hasNewer) return
      const page = await this.newest()
      return () => withWindow(this.state, page)
    })
  }

  protected async newest(): Promise<Page> {
    const page = await this.#list({ limit: this.limit })
    return { messages: page.results, hasOlder: page.next !== null, hasNewer: false }
  }

  #list(query: Query): Promise<Part<Message>> {
    return this.api.list(this.path('messages/'), query)
  }

  /** Loads one page after the other, so that each adjoins the window as it then is. */
  #page(kind: NonNullable<RoomSnapshot['loading']>, work: () => Promise<(() => RoomState) | undefined>): Promise<void> {
    const loaded = this.#pages.then(async () => {
      this.load(kind)
      this.state = asking(this.state)
      try {
        const taken = await work()
        if (taken) this.set(taken())
      } finally {
        this.state = { ...this.state, heard: null }
        this.load(null)
      }
    })
    this.#pages = loaded.catch(() => undefined)
    return loaded
  }

  protected load(kind: RoomSnapshot['loading']): void {
    this.loading = kind
    this.store.changed()
  }
}
