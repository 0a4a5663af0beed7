import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

const headerBytes = 12
const typeA = 1
const classIn = 1
const ttlSeconds = 5
/** QR, and RD and RA as asked: a response, recursion available (RFC 1035, section 4.1.1). */
const responseFlags = 0x8180
const formatError = 1
const notImplemented = 4

/**
 * The answer to a question (RFC 1035): each name has the one address; of other types there is nothing. `null` for what is
 * no question.
 */
export function answerTo(question: Buffer, address: string): Buffer | null {
  if (question.length < headerBytes) return null
  const flags = question.readUInt16BE(2)
  if ((flags & 0x8000) !== 0) return null
  const end = question.readUInt16BE(4) === 1 ? endOfQuestion(question) : null
  const opcode = (flags >> 11) & 15
  if (end === null || opcode !== 0) return header(question, opcode === 0 ? formatError : notImplemented, 0, 0)
  const asked = question.subarray(headerBytes, end)
  const [type, kind] = [question.readUInt16BE(end - 4), question.readUInt16BE(end - 2)]
  if (type !== typeA || kind !== classIn) return Buffer.concat([header(question, 0, 1, 0), asked])
  const record = Buffer.alloc(16)
  // The name is the question's (a pointer, section 4.1.4).
  record.writeUInt16BE(0xc000 | headerBytes, 0)
  record.writeUInt16BE(typeA, 2)
  record.writeUInt16BE(classIn, 4)
  record.writeUInt32BE(ttlSeconds, 6)
  record.writeUInt16BE(4, 10)
  record.set(address.split('.').map(Number), 12)
  return Buffer.concat([header(question, 0, 1, 1), asked, record])
}

function header(question: Buffer, code: number, questions: number, answers: number): Buffer {
  const out = Buffer.alloc(headerBytes)
  question.copy(out, 0, 0, 2)
  out.writeUInt16BE(responseFlags | code, 2)
  out.writeUInt16BE(questions, 4)
  out.writeUInt16BE(answers, 6)
  return out
}

/** Behind the name, type and class; `null` where the message ends before, or the name is too long or compressed. */
function endOfQuestion(question: Buffer): number | null {
  let at = headerBytes
  for (;;) {
    const length = question[at]
    if (length === undefined || length > 63 || at - headerBytes > 255) return null
    at += 1 + length
    if (length === 0) break
  }
  return at + 4 <= question.length ? at + 4 : null
}

/** Answers at port 53 of an address of the workspace's own, by UDP and TCP. */
export function serveNames(listen: string, address: string): void {
  const socket = createSocket('udp4')
  socket.on('message', (question, from) => {
    const answer = answerTo(question, address)
    if (answer !== null) socket.send(answer, from.port, from.address)
  })
  socket.on('error', (error) => process.stderr.write(`Names are not answered by UDP: ${error.message}\n`))
  socket.bind(53, listen)
  createServer((client) => {
    let waiting = Buffer.alloc(0)
    client.on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk])
      // Two bytes of length before each message (section 4.2.2).
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const length = waiting.readUInt16BE(0)
        const answer = answerTo(waiting.subarray(2, 2 + length), address)
        waiting = waiting.subarray(2 + length)
        if (answer === null) return void client.destroy()
        client.write(Buffer.concat([Buffer.of(answer.length >> 8, answer.length & 255), answer]))
      }
    })
    client.on('error', () => client.destroy())
    client.setTimeout(10_000, () => client.destroy())
  })
    .on('error', (error) => process.stderr.write(`Names are not answered by TCP: ${error.message}\n`))
    .listen(53, listen)
}
