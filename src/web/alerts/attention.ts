/** Whether a person is looking at another tab of theirs: asked of all of them when it matters, so nothing gets stale. */

/** How long the other tabs have to answer, in milliseconds: the one that is looked at is never slowed down. */
const ANSWERED_IN = 150

interface Said {
  type: 'who-is-looked-at' | 'i-am'
  to: string
}

export class Attention {
  readonly #channel: BroadcastChannel
  readonly #me = crypto.randomUUID()

  constructor(person: number) {
    this.#channel = new BroadcastChannel(`parlour:${person}`)
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Said>) => {
      if (data.type === 'who-is-looked-at' && document.hasFocus()) this.#say({ type: 'i-am', to: data.to })
    })
  }

  /** Whether another tab of this person has the focus. */
  isElsewhere(): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (elsewhere: boolean) => {
        clearTimeout(timer)
        this.#channel.removeEventListener('message', hear)
        resolve(elsewhere)
      }
      const hear = ({ data }: MessageEvent<Said>) => data.type === 'i-am' && data.to === this.#me && settle(true)
      const timer = setTimeout(() => settle(false), ANSWERED_IN)
      this.#channel.addEventListener('message', hear)
      this.#say({ type: 'who-is-looked-at', to: this.#me })
    })
  }

  close(): void {
    this.#channel.close()
  }

  #say(said: Said): void {
    this.#channel.postMessage(said)
  }
}
