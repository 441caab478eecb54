/** Parlour: one Worker, and one Durable Object per room, per sidebar, per feed and per person's uploads. */
export { app as default } from './api/app'
export { Feed } from './feed/feed'
export { Room } from './room/room'
export { Sidebar } from './sidebar/sidebar'
export { Uploads } from './uploads/uploads'
