import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'

/** JSON of a size: `/1000` answers about a thousand bytes. Told the port, it listens. */
const bodies = new Map<number, Buffer>()
function bodyOf(size: number): Buffer {
  const known = bodies.get(size)
  if (known !== undefined) return known
  const items: { id: number; name: string; url: string }[] = []
  let length = 2
  while (length < size) {
    const item = {
      id: items.length,
      name: `item number ${items.length}`,
      url: `https://example.com/things/${items.length}`,
    }
    items.push(item)
    length += JSON.stringify(item).length + 1
  }
  const body = Buffer.from(JSON.stringify(items))
  bodies.set(size, body)
  return body
}

/** `/stream` answers a hundred tokens as an AI provider does, one a millisecond. */
async function giveTokens(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (let token = 0; token < 100; token += 1) {
    response.write(`data: {"choices":[{"delta":{"content":"token ${token} "}}]}\n\n`)
    await setTimeout(1)
  }
  response.end('data: [DONE]\n\n')
}

/** `/gigabyte` answers as much, in pieces. */
function giveGigabyte(response: ServerResponse): void {
  const piece = Buffer.alloc(1024 * 1024, 'lorem ipsum dolor sit amet ')
  let left = 1024
  const push = () => {
    for (; left > 0; left -= 1)
      if (!response.write(piece)) return void response.once('drain', () => ((left -= 1), push()))
    response.end()
  }
  push()
}

createServer((request, response) => {
  if (request.url === '/stream') return void giveTokens(response)
  if (request.url === '/gigabyte') return giveGigabyte(response)
  const body = bodyOf(Number((request.url ?? '/').slice(1)) || 100)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'))
