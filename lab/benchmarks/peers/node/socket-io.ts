/** A broadcasting socket.io server, sockets only. It prints its port and answers until it is ended. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'

const http = createServer()
const io = new Server(http, { transports: ['websocket'] })

io.on('connection', (socket) => {
  socket.on('message', (message) => io.emit('message', message))
})

http.listen(0, '127.0.0.1', () => console.log(`port ${(http.address() as AddressInfo).port}`))
