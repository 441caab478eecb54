/** Records what every socket of one room received, and says whether a message is missing, doubled or out of order. */
/** Where one socket stands. `order` is a digest of what it received so far, and in which order. */
interface Account {
  received: number
  order: number
  /** The next place expected of each sender. */
  next: Map<number, number>
}

export class Ledger {
  readonly #accounts: Account[]
  #wrong: string | undefined

  constructor(sockets: number) {
    this.#accounts = Array.from({ length: sockets }, () => ({ received: 0, order: 0, next: new Map() }))
  }

  /** To be called for each delivery at a socket. Each sender's places begin at 0 and ascend by one. */
  received(socket: number, sender: number, index: number): void {
    const account = this.#accounts[socket] as Account
    const expected = account.next.get(sender) ?? 0
    if (index !== expected) {
      this.#wrong ??= `Socket ${socket} received ${index} of sender ${sender} where ${expected} was due`
    }
    account.next.set(sender, index + 1)
    account.received += 1
    account.order = (Math.imul(account.order, 31) + sender * 7 + index) | 0
  }

  /** Whether every socket has received `sent` messages. */
  isComplete(sent: number): boolean {
    return this.#accounts.every(({ received }) => received >= sent)
  }

  /** What is wrong after `sent` messages, in words; undefined when nothing is. */
  fault(sent: number): string | undefined {
    if (this.#wrong) return this.#wrong
    const short = this.#accounts.findIndex(({ received }) => received !== sent)
    if (short >= 0) return `Socket ${short} received ${this.#accounts[short]?.received} of ${sent} messages`
    const [first] = this.#accounts
    const other = this.#accounts.findIndex(({ order }) => order !== first?.order)
    return other >= 0 ? `Socket ${other} received the messages in another order than socket 0` : undefined
  }
}
