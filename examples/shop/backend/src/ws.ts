import type { Server } from 'node:http'

import { WebSocketServer } from 'ws'

export function attachSocket(server: Server) {
  const sockets = new WebSocketServer({ server, path: '/ws' })
  sockets.on('connection', (socket, request) => {
    const { pathname } = new URL(request.url ?? '/', 'ws://localhost')
    socket.send(pathname)
  })
}
