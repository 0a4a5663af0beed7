import { request } from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface RequestOptions {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
  /** The address it comes from, one of 127.0.0.0/8: limits count by address. */
  readonly from?: string
}

/** Sends exactly these headers, `Host` among them, to a port of this machine, and follows no redirect. */
export function send(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body, from }: RequestOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        headers,
        agent: false,
        ...(from === undefined ? {} : { localAddress: from }),
      },
      (response) => {
        text(response).then(
          (said) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: said }),
          reject,
        )
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}

export type Upgraded =
  | { readonly status: 101; readonly socket: Socket }
  | { readonly status: number; readonly socket: null }

/** A WebSocket handshake (RFC 6455, section 4.1); the caller destroys the socket of one that succeeds. */
export function upgrade(port: number, path: string, headers: OutgoingHttpHeaders): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      agent: false,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    })
    asked.on('upgrade', (_response, socket) => resolve({ status: 101, socket: socket as Socket }))
    asked.on('response', (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, socket: null })
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** The value of a cookie that an answer sets. */
export function cookieSet(answer: Answer, name: string): string | undefined {
  const line = answer.headers['set-cookie']?.find((value) => value.startsWith(`${name}=`))
  return line?.slice(name.length + 1).split(';')[0]
}
