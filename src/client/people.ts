/** Other people: search, friends, requests and blocks. */
import type { Accepted, FriendRequest, User } from '../protocol'
import type { Api, Part } from './http/api'

export type { FriendRequest }

export class People {
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  search(search: string): Promise<Part<User>> {
    return this.#api.list('/users/', { search })
  }

  get(id: number): Promise<User> {
    return this.#api.get(`/users/${id}/`)
  }

  friends(search?: string): Promise<Part<User>> {
    return this.#api.list('/friends/', { search })
  }

  unfriend(id: number): Promise<void> {
    return this.#api.delete(`/friends/${id}/`)
  }

  requests(): Promise<Part<FriendRequest>> {
    return this.#api.list('/friend-requests/')
  }

  request(to_user: number): Promise<FriendRequest> {
    return this.#api.post('/friend-requests/', { to_user })
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

  blocked(): Promise<Part<User>> {
    return this.#api.list('/blocks/')
  }

  block(id: number): Promise<void> {
    return this.#api.post(`/users/${id}/block/`)
  }

  unblock(id: number): Promise<void> {
    return this.#api.delete(`/users/${id}/block/`)
  }
}
