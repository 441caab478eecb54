/** Notifications. */
import * as z from 'zod'
import { ListQuery, Notification, NotificationBody, ReadBody } from '../../protocol'
import { area, type Operation } from './operation'

const { get, post, put, patch, delete: remove } = area('Notifications')
const ALL = '/api/notifications/'
const ONE = `${ALL}{id}/`

export const notifications: Operation[] = [
  get(ALL, 'Mine, newest first', { 200: z.array(Notification) }, { query: ListQuery }),
  post(
    ALL,
    'Note something for myself; for others only staff',
    { 201: Notification },
    {
      body: NotificationBody,
      refusals: ['staff_only', 'not_found'],
    },
  ),
  get(`${ALL}unread/`, 'The unread ones', { 200: z.array(Notification) }, { query: ListQuery }),
  post(`${ALL}mark_all_read/`, 'Mark all read', { 204: null }),
  get(ONE, 'One of mine', { 200: Notification }),
  put(ONE, 'Mark read or unread', { 200: Notification }, { body: ReadBody }),
  patch(ONE, 'Mark read or unread', { 200: Notification }, { body: ReadBody }),
  remove(ONE, 'Remove', { 204: null }),
  post(`${ONE}mark_read/`, 'Mark read', { 204: null }),
]
