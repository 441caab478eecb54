/** People, friends, requests and blocks. */
import * as z from 'zod'
import {
  Accepted,
  DetailOnly,
  FriendRequest,
  FriendRequestBody,
  FriendRequestsQuery,
  FriendsQuery,
  User,
  UsersQuery,
} from '../../protocol'
import { area, type Operation } from './operation'

const { get, post, delete: remove } = area('People')

const REQUEST = '/api/friend-requests/{id}/'
const FRIEND = '/api/friends/{id}/'
const BLOCK = '/api/users/{id}/block/'

const friends = { query: FriendsQuery } satisfies Partial<Operation>
const settling = { refusals: ['forbidden', 'settled'] } satisfies Partial<Operation>

export const people: Operation[] = [
  get('/api/users/', 'Everybody', { 200: z.array(User) }, { query: UsersQuery }),
  get('/api/users/{id}/', 'One person', { 200: User }),
  get(
    '/api/friend-requests/',
    'Those I sent and got, newest first',
    { 200: z.array(FriendRequest) },
    { query: FriendRequestsQuery },
  ),
  post(
    '/api/friend-requests/',
    'Ask somebody to be friends, or accept if they have asked',
    { 201: FriendRequest },
    {
      body: FriendRequestBody,
      refusals: ['yourself', 'not_found', 'blocked', 'already_friends', 'already_requested'],
    },
  ),
  get(REQUEST, 'One of mine', { 200: FriendRequest }),
  post(`${REQUEST}accept/`, 'Accept what I got', { 200: Accepted }, settling),
  post(`${REQUEST}reject/`, 'Reject what I got', { 200: DetailOnly }, settling),
  post(`${REQUEST}cancel/`, 'Cancel what I sent', { 200: DetailOnly }, settling),
  get('/api/friends/', 'My friends', { 200: z.array(User) }, friends),
  get('/api/friends/list_friends/', 'My friends, as older clients ask', { 200: z.array(User) }, friends),
  get(FRIEND, 'One friend', { 200: User }),
  post(`${FRIEND}remove_friend/`, 'End a friendship, as older clients do', { 200: DetailOnly }),
  remove(FRIEND, 'End a friendship', { 204: null }),
  get('/api/blocks/', 'Those I have blocked', { 200: z.array(User) }, friends),
  post(BLOCK, 'Block somebody', { 200: DetailOnly }, { refusals: ['yourself'] }),
  remove(BLOCK, 'Lift my block', { 204: null }),
]
