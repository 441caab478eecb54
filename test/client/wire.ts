/** The far end of a socket, in the test's hands. */

/** A socket that opens, is spoken to and closes when the test says so. */
export class Wire {
  static all: Wire[] = []
  readonly url: string
  readonly protocols: string[]
  readonly sent: string[] = []
  readyState = 0
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null

  constructor(url: string, protocols: string[]) {
    this.url = url
    this.protocols = protocols
    Wire.all.push(this)
  }

  static get last(): Wire {
    return Wire.all.at(-1) as Wire
  }

  opens(): void {
    this.readyState = 1
    this.onopen?.()
  }

  says(data: unknown): void {
    this.onmessage?.({ data: typeof data === 'string' ? data : JSON.stringify(data) })
  }

  ends(code: number, reason = ''): void {
    this.readyState = 3
    this.onclose?.({ code, reason })
  }

  send(text: string): void {
    this.sent.push(text)
  }

  close(): void {
    this.readyState = 3
  }
}
