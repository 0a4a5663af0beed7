import { blotted } from '@arcx/detector/blot'
import { findCredentials } from '@arcx/detector/detector'
import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'

export type Log = Logger

/** JSON lines on standard output. Fields whose names speak of secrets are cut wherever they stand; credentials in what others have said, in errors above all, are blotted out. */
export function createLog(service: string, level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: [
        'req.headers.cookie',
        'req.headers.authorization',
        'res.headers["set-cookie"]',
        'headers.cookie',
        'headers.authorization',
        '*.token',
        '*.secret',
        '*.password',
      ],
      censor: '[cut]',
    },
    hooks: { streamWrite: (line: string) => blotted(line, findCredentials(line)) },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
