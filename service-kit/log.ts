import { redacted } from '@arcx/detector/redact'
import { findCredentials } from '@arcx/detector/detector'
import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { loggedOnce, withLoggedErrors } from './log-errors.ts'
import { LogOutput } from './log-output.ts'

export type Log = Logger

/** JSON lines on standard output. Fields whose names speak of secrets are cut wherever they stand; credentials in what others have said, in errors above all, are redacted. */
export function createLog(
  service: string,
  level: string,
  destination: DestinationStream = standardOutput(service),
): Log {
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }), log: withLoggedErrors },
    serializers: { err: loggedOnce },
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
    hooks: { streamWrite: (line: string) => redacted(line, findCredentials(line)) },
  }
  return pino(options, destination)
}

/** How many of a log's lines could not be written. */
export function droppedLines(log: Log): number {
  const destination: unknown = Reflect.get(log, pino.symbols.streamSym)
  return destination instanceof LogOutput ? destination.dropped : 0
}

const standardOutput = (service: string) =>
  new LogOutput({
    notice: (dropped) =>
      `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), service, dropped, msg: 'log lines were dropped, as they could not be written' })}\n`,
  })
