/** Reads by REST and resumes sockets, one request after another. It times each and checks what it brought. */
import type { LabServer } from '../harness/server.ts'
import type { Enrolled } from '../server/doors.ts'
import { BenchSocket, frameMatching } from './bench-socket.ts'
import { Caller } from './caller.ts'
import type { BenchServers } from './servers.ts'

/** Messages of a page and of a resume, results of a page of a search, rooms of a page of the list. */
export const PAGE = 50
export const FOUND = 35
export const LISTED = 35

/** One person's requests to one server. */
export class Reader {
  readonly #parlour: LabServer
  readonly #who: Enrolled
  readonly #caller: Caller

  constructor(servers: BenchServers, parlour: LabServer, who: Enrolled) {
    this.#parlour = parlour
    this.#who = who
    this.#caller = new Caller(parlour.url, who.access)
    servers.keep({ stop: async () => this.#caller.close() })
  }

  async newestId(room: number): Promise<number> {
    return JSON.parse((await this.#caller.get(`/api/chatrooms/${room}/messages/?limit=1`)).text).results[0].id
  }

  /** The newest page of a room. @returns milliseconds */
  page(room: number, times: number): Promise<number[]> {
    return this.#caller.timed(`/api/chatrooms/${room}/messages/?limit=${PAGE}`, times, ({ results }: Results) => {
      if (results.length !== PAGE) throw new Error(`A page of ${results.length}`)
    })
  }

  /** The first page of the list of somebody in so many rooms. @returns milliseconds */
  list(rooms: number, times: number): Promise<number[]> {
    return this.#caller.timed('/api/chatrooms/', times, ({ results }: Results) => {
      if (results.length !== Math.min(rooms, LISTED)) throw new Error(`${results.length} rooms of ${rooms}`)
    })
  }

  /** A search in one room, which finds so many on its first page. @returns milliseconds */
  search(room: number, words: string, expected: number, times: number): Promise<number[]> {
    const path = `/api/chatrooms/${room}/messages/?search=${encodeURIComponent(words)}`
    return this.#caller.timed(path, times, ({ results }: Results) => {
      if (results.length !== expected || !results.every(({ content }) => content.includes(words)))
        throw new Error(`${words}: ${results.length} found of ${expected}`)
    })
  }

  /** From asking for the socket to `ready`, with exactly the newest page missed in between. @returns milliseconds */
  async resume(room: number, times: number): Promise<number[]> {
    const after = (await this.newestId(room)) - PAGE
    const took: number[] = []
    for (let n = 0; n < times; n++) {
      const began = performance.now()
      let missed = 0
      const line = await BenchSocket.open({
        url: `${this.#parlour.api.socketUrl(`/ws/chat/${room}/`, this.#who)}&batch=1&after=${after}`,
        join: async (socket) => {
          await frameMatching(socket, (frame) => {
            missed += frame.split('"type":"new_message"').length - 1
            return frame.includes('"type":"ready"')
          })
        },
        frame: () => '',
      })
      took.push(performance.now() - began)
      line.cut()
      if (missed !== PAGE) throw new Error(`A resume by ${PAGE} brought ${missed}`)
    }
    return took
  }
}

type Results = { results: { content: string }[] }
