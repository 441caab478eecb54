/** Asks the person's other tabs whether one of them has the focus. */

/** Milliseconds to wait for answers. Browsers do not slow down the focused tab. */
const ANSWER_TIMEOUT = 150

interface TabMessage {
  type: 'who-is-looked-at' | 'i-am'
  to: string
}

export class FocusedTab {
  readonly #channel: BroadcastChannel
  readonly #tabId = crypto.randomUUID()

  constructor(person: number) {
    this.#channel = new BroadcastChannel(`parlour:${person}`)
    this.#channel.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
      if (data.type === 'who-is-looked-at' && document.hasFocus()) this.#post({ type: 'i-am', to: data.to })
    })
  }

  /** Tells whether another tab of this person has the focus. */
  isElsewhere(): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (elsewhere: boolean) => {
        clearTimeout(timer)
        this.#channel.removeEventListener('message', hear)
        resolve(elsewhere)
      }
      const hear = ({ data }: MessageEvent<TabMessage>) =>
        data.type === 'i-am' && data.to === this.#tabId && finish(true)
      const timer = setTimeout(() => finish(false), ANSWER_TIMEOUT)
      this.#channel.addEventListener('message', hear)
      this.#post({ type: 'who-is-looked-at', to: this.#tabId })
    })
  }

  close(): void {
    this.#channel.close()
  }

  #post(said: TabMessage): void {
    this.#channel.postMessage(said)
  }
}
