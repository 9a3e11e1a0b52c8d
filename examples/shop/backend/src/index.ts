import { createServer } from 'node:http'

import { app } from './app'
import { env } from './env'
import { logger } from './logger'
import { attachSocket } from './ws'

const server = createServer(app)
attachSocket(server)
server.listen(env.PORT, '0.0.0.0', () => {
  logger.info(`listening, try http://localhost:${env.PORT}/health`)
})
