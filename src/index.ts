/** One Worker, one Durable Object for each room, and four for each user: sidebar, feed, uploads and budget. */
export { app as default } from './api/app'
export { Budget } from './budget/budget'
export { Feed } from './feed/feed'
export { Room } from './room/room'
export { Sidebar } from './sidebar/sidebar'
export { Uploads } from './uploads/uploads'
