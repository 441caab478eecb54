/** The HTTP client of the benchmark: the same for every subject, one connection per caller, kept open. */
import http from 'node:http'

export interface Answer {
  status: number
  text: string
}

export class Caller {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  readonly #url: string
  readonly #headers: Record<string, string>

  constructor(url: string, access: string) {
    this.#url = url
    this.#headers = { authorization: `Bearer ${access}` }
  }

  /** @throws {Error} unless it is answered with 200 */
  get(path: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = http.get(this.#url + path, { agent: this.#agent, headers: this.#headers }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => (text += chunk))
        response.on('end', () => {
          const status = response.statusCode ?? 0
          if (status === 200) resolve({ status, text })
          else reject(new Error(`GET ${path} answered ${status}: ${text.slice(0, 200)}`))
        })
      })
      request.on('error', reject)
    })
  }

  /** How long each of `count` requests takes, one after the other, in milliseconds. `check` throws at a wrong answer. */
  async timed(path: string, count: number, check: (body: never) => void): Promise<number[]> {
    const times: number[] = []
    for (let n = 0; n < count; n++) {
      const began = performance.now()
      const { text } = await this.get(path)
      times.push(performance.now() - began)
      check(JSON.parse(text) as never)
    }
    return times
  }

  close(): void {
    this.#agent.destroy()
  }
}
