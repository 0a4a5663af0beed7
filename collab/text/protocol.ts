import { z } from 'zod'

/**
 * What an editor's window and team-state say to each other of the file on disk, and of what is stored, as JSON in a message of this kind on a
 * text's WebSocket. Stock clients never hear of it.
 */
export const diskMessage = 100

/** A text is not shared beyond that; in UTF-16 units. */
export const maxSharedLength = 1024 * 1024

/** Of what one window announces in one save. */
export const mostAnnounced = 100

const number = z.number().int().nonnegative()
const hash = z.string().length(64)

/** `announced`: the hashes of what the window has announced in this save; `isWritten`: whether the file was written by it already. */
const SaveUnderway = z.object({ announced: z.array(hash).max(mostAnnounced), isWritten: z.boolean() })
export type SaveUnderway = z.infer<typeof SaveUnderway>

export const DiskAsked = z.discriminatedUnion('type', [
  /** A window is about to write this state's text to the file. */
  z.object({ type: z.literal('announce'), number, hash, state: z.base64() }),
  /**
   * A window has found this text on disk, where it knew of `from` before; null in `save` where it does not save.
   */
  z.object({
    type: z.literal('found'),
    number,
    text: z.string().max(maxSharedLength),
    from: hash.nullable(),
    save: SaveUnderway.nullable(),
  }),
  /** A window is about to close, and waits until all that it has sent is stored. */
  z.object({ type: z.literal('flush'), number }),
])
export type DiskAsked = z.infer<typeof DiskAsked>

export const DiskAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('announced'), number }),
  /** What is on disk, as the hash of its text and as a Yjs state of which the text's own state holds all. */
  z.object({ type: z.literal('known'), number, hash, state: z.base64() }),
  /** It has been told of another text meanwhile; the file is to be read again. */
  z.object({ type: z.literal('stale'), number, hash: hash.nullable() }),
  /** Somebody is writing the file, and will tell what; it is to be looked at again a little later. */
  z.object({ type: z.literal('saving'), number }),
  z.object({ type: z.literal('flushed'), number }),
  z.object({ type: z.literal('refused'), number, message: z.string() }),
])
export type DiskAnswer = z.infer<typeof DiskAnswer>
