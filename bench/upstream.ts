import { createServer } from 'node:http'

/** JSON of a size: `/1000` answers about a thousand bytes. Told the port, it listens. */
const bodies = new Map<number, Buffer>()
function bodyOf(size: number): Buffer {
  const known = bodies.get(size)
  if (known !== undefined) return known
  const items: { id: number; name: string; url: string }[] = []
  let length = 2
  while (length < size) {
    const item = { id: items.length, name: `item number ${items.length}`, url: `https://example.com/things/${items.length}` }
    items.push(item)
    length += JSON.stringify(item).length + 1
  }
  const body = Buffer.from(JSON.stringify(items))
  bodies.set(size, body)
  return body
}

createServer((request, response) => {
  const body = bodyOf(Number((request.url ?? '/').slice(1)) || 100)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'))
