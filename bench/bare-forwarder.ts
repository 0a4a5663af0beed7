import { Agent, createServer, request as ask } from 'node:http'

/** The same library and nothing else: takes absolute addresses at a socket and passes everything on as it is. */
const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 })
const [, , socket = '', upstreamPort = '0'] = process.argv
createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/')
  ask(
    {
      host: '127.0.0.1',
      port: Number(upstreamPort),
      path: pathname,
      method: request.method,
      headers: request.headers,
      agent,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  ).end()
}).listen(socket, () => process.send?.('ready'))
