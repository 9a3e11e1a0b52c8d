import { env } from './env'

const LEVELS = ['debug', 'info', 'warn', 'error']

function write(level: string, message: string) {
  if (LEVELS.indexOf(level) >= LEVELS.indexOf(env.LOG_LEVEL)) console.log(JSON.stringify({ level, message }))
}

export const logger = {
  info: (message: string) => write('info', message),
  error: (message: string) => write('error', message),
}
