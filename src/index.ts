/** One Worker, one Durable Object for each room and each webhook, and four for each user: sidebar, feed, uploads and budget. */
export { worker as default } from './api/worker'
export { Budget } from './budget/budget'
export { Feed } from './feed/feed'
export { Room } from './room/room'
export { Sidebar } from './sidebar/sidebar'
export { Uploads } from './uploads/uploads'
export { Webhook } from './webhook/webhook'
