/** Other people: search, friends, requests and blocks. */
import type { Chat } from './chat'
import type { Api, Pages } from './http/api'
import type { Accepted, FriendRequest, User } from './model'

export class People {
  readonly #api: Api

  constructor({ api }: Chat) {
    this.#api = api
  }

  search(search: string): Pages<User> {
    return this.#api.list('/users/', { search })
  }

  get(id: number): Promise<User> {
    return this.#api.get(`/users/${id}/`)
  }

  friends(search?: string): Pages<User> {
    return this.#api.list('/friends/', { search })
  }

  unfriend(id: number): Promise<void> {
    return this.#api.delete(`/friends/${id}/`)
  }

  requests(): Pages<FriendRequest> {
    return this.#api.list('/friend-requests/')
  }

  request(toUser: number): Promise<FriendRequest> {
    return this.#api.post('/friend-requests/', { toUser })
  }

  /** Accepts a request, which makes the direct room of the two people. */
  accept(request: number): Promise<Accepted> {
    return this.#api.post(`/friend-requests/${request}/accept/`)
  }

  reject(request: number): Promise<void> {
    return this.#api.post(`/friend-requests/${request}/reject/`)
  }

  cancel(request: number): Promise<void> {
    return this.#api.post(`/friend-requests/${request}/cancel/`)
  }

  blocked(): Pages<User> {
    return this.#api.list('/blocks/')
  }

  block(id: number): Promise<void> {
    return this.#api.post(`/users/${id}/block/`)
  }

  unblock(id: number): Promise<void> {
    return this.#api.delete(`/users/${id}/block/`)
  }
}

/** The people of a client's server. */
export const peopleOf = (chat: Chat): People => new People(chat)
