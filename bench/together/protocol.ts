import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding'

export type Kind = 'team-state' | 'bare ws' | 'Socket.IO' | 'Hocuspocus'

/** The text's name, where a message says it. */
export const room = 'bench.txt'

/** The end of what is typed. */
export const lastWord = 'Ω that was all'

/** What a client of a kind says; a null answer where that kind needs none. */
export interface Speech {
  /** Said once the socket is open, so that it gets what others say. */
  enter(): readonly (Uint8Array | string)[]
  /** Whether a message means that one is in. */
  isIn(message: Buffer): boolean
  cursor(client: number, clock: number): Uint8Array | string
  update(update: Uint8Array): Uint8Array
  isCursor(message: Buffer): boolean
  isUpdate(message: Buffer): boolean
}

const [sync, awareness, auth] = [0, 1, 2]

function bytes(write: (encoder: ReturnType<typeof createEncoder>) => void): Uint8Array {
  const encoder = createEncoder()
  write(encoder)
  return toUint8Array(encoder)
}

const cursorState = (client: number, clock: number): Uint8Array =>
  bytes((encoder) => {
    writeVarUint(encoder, 1)
    writeVarUint(encoder, client)
    writeVarUint(encoder, clock)
    writeVarString(
      encoder,
      JSON.stringify({
        user: { name: 'Ann', color: '#0a7' },
        cursor: { anchor: clock % 1000, head: clock % 1000 },
        at: now(),
      }),
    )
  })

/** The same in every process of this machine, in milliseconds. */
export const now = (): number => performance.timeOrigin + performance.now()

/** When the cursor in a message was told. */
export function toldAt(message: Buffer): number {
  const at = message.lastIndexOf('at":')
  return Number.parseFloat(message.toString('latin1', at + 4, at + 24))
}

const yjs = (head: (encoder: ReturnType<typeof createEncoder>) => void, headLength: number): Speech => ({
  enter: () => [],
  isIn: () => true,
  cursor: (client, clock) =>
    bytes((encoder) => {
      head(encoder)
      writeVarUint(encoder, awareness)
      writeVarUint8Array(encoder, cursorState(client, clock))
    }),
  update: (update) =>
    bytes((encoder) => {
      head(encoder)
      writeVarUint(encoder, sync)
      writeVarUint(encoder, 2)
      writeVarUint8Array(encoder, update)
    }),
  isCursor: (message) => message[headLength] === awareness,
  isUpdate: (message) => message[headLength] === sync && message[headLength + 1] === 2,
})

const named = yjs((encoder) => writeVarString(encoder, room), room.length + 1)

export const speeches: Readonly<Record<Kind, Speech>> = {
  'team-state': yjs(() => undefined, 0),
  'bare ws': yjs(() => undefined, 0),
  Hocuspocus: {
    ...named,
    enter: () => [
      bytes((encoder) => {
        writeVarString(encoder, room)
        writeVarUint(encoder, auth)
        writeVarUint(encoder, 0)
        writeVarString(encoder, 'token')
        writeVarString(encoder, '4.8.0')
      }),
    ],
    isIn: (message) => message[room.length + 1] === auth,
  },
  // Engine.IO 4 by hand, so that the clients of all kinds cost the same: 4 message, 0 connect, 2 event.
  'Socket.IO': {
    enter: () => ['40'],
    isIn: (message) => message.toString('latin1', 0, 2) === '40',
    cursor: (client, clock) =>
      `42["cursor",${JSON.stringify(JSON.stringify({ client, clock, user: { name: 'Ann', color: '#0a7' }, cursor: { anchor: clock % 1000, head: clock % 1000 } }))},{"at":${now()}}]`,
    update: () => new Uint8Array(),
    isCursor: (message) => message[0] === 0x34 && message[1] === 0x32,
    isUpdate: () => false,
  },
}
