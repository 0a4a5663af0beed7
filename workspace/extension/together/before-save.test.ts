import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createDecoder, readVarString, readVarUint } from 'lib0/decoding'
import { createEncoder, length, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { readSyncMessage, writeSyncStep1 } from 'y-protocols/sync'
import { Doc, applyUpdate, encodeStateAsUpdate } from 'yjs'
import { DiskAsked, diskMessage } from '@arcx/collab/text/protocol'
import type { DiskAnswer } from '@arcx/collab/text/protocol'
import { rewrite } from '@arcx/collab/text/shared-text'
import { Binding } from './binding.ts'
import { TextLine } from './text-line.ts'

/** So long VS Code waits for an extension before it saves (`ExtHostDocumentSaveParticipant`). */
const editorWaitsMs = 1500

/** Team-state as a window sees it, with answers of the test's own about the file. */
async function lineTo(answer: (asked: DiskAsked) => DiskAnswer | null): Promise<TextLine> {
  const doc = new Doc()
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  server.on('connection', (socket) => {
    const send = (kind: number, write: (encoder: ReturnType<typeof createEncoder>) => void) => {
      const encoder = createEncoder()
      writeVarUint(encoder, kind)
      write(encoder)
      // A state that was told of needs no answer.
      if (length(encoder) > 1) socket.send(toUint8Array(encoder))
    }
    socket.on('message', (data: Buffer) => {
      const decoder = createDecoder(new Uint8Array(data))
      const kind = readVarUint(decoder)
      if (kind === 0) send(0, (encoder) => readSyncMessage(decoder, encoder, doc, socket))
      if (kind !== diskMessage) return
      const asked = DiskAsked.parse(JSON.parse(readVarString(decoder)))
      const said = answer(asked)
      if (said !== null) send(diskMessage, (encoder) => writeVarString(encoder, JSON.stringify(said)))
    })
    send(0, (encoder) => writeSyncStep1(encoder, doc))
  })
  const identity = { ticket: '', may: 'write', userId: '', login: '', name: '', incarnation: 1 } as const
  const line = new TextLine(
    {
      socketUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
      identity: { ...identity, renamed: false, expiresAt: '' },
    },
    'file.txt',
    WebSocket as unknown as typeof globalThis.WebSocket,
  )
  onTestFinished(() => {
    line.close()
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return line
}

test.each([
  ['does not answer', () => null],
  ['waits for somebody else who is about to write', ({ number }: DiskAsked) => ({ type: 'saving', number }) as const],
])('before a save a window waits no longer than the editor does, where team-state %s', async (_what, later) => {
  const text = 'text\n'
  const disk = new Doc()
  rewrite(disk, text)
  const state = Buffer.from(encodeStateAsUpdate(disk)).toString('base64')
  let isSaving = false
  const line = await lineTo((question) => {
    return isSaving ? later(question) : { type: 'known', number: question.number, hash: 'a'.repeat(64), state }
  })
  applyUpdate(line.doc, encodeStateAsUpdate(disk))
  const binding = new Binding(
    {
      text: () => text,
      isDirty: () => true,
      apply: async () => true,
      save: async () => true,
      readDisk: async () => text,
      settle: async () => undefined,
      savesItself: () => false,
    },
    line,
  )
  onTestFinished(() => binding.close())
  await vi.waitFor(() => expect(binding.isPlaced).toBe(true), { timeout: 10_000 })
  isSaving = true
  const first = await Promise.race([binding.beforeSave().then(() => 'window'), pause(editorWaitsMs, 'editor')])
  expect(first).toBe('window')
})
