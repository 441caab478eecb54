/** People, friends, requests and blocks. */
import * as z from 'zod'
import { User, UsersQuery } from '../../protocol'
import { area, type Operation } from './operation'

const { get } = area('People')

export const people: Operation[] = [
  get('/api/users/', 'Everybody', { 200: z.array(User) }, { query: UsersQuery }),
  get('/api/users/{id}/', 'One person', { 200: User }),
]
