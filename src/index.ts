/** Parlour: one Worker, and one Durable Object per room, per sidebar and per feed. */
export { app as default } from './api/app'
export { Feed } from './feed/feed'
export { Room } from './room/room'
export { Sidebar } from './sidebar/sidebar'
