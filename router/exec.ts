import { z } from 'zod'

/**
 * Running a program in a workspace, over a WebSocket at `/exec`. The client's first message is `ExecOpen`, as text.
 * From then on its binary messages are the program's input, and its text messages are `ExecControl`. The server's
 * binary messages are output, behind one byte that tells which; its text messages are `ExecNote`.
 */
const size = { columns: z.number().int().min(1).max(2000), rows: z.number().int().min(1).max(2000) }
const argument = z
  .string()
  .max(100_000)
  .regex(/^[^\0]*$/)

export const ExecOpen = z.object({
  /** The workspace's name. */
  workspace: z.string().max(63),
  /** The program and its arguments; empty for a login shell. */
  command: z.array(argument).max(2000),
  /** Null for pipes in place of a terminal. */
  tty: z
    .object({
      ...size,
      type: z
        .string()
        .regex(/^[\w.+-]{1,40}$/)
        .catch('xterm-256color'),
    })
    .nullable(),
  /** Null for the project's folder. */
  directory: argument.nullable().default(null),
})
export type ExecOpen = z.infer<typeof ExecOpen>

export const ExecControl = z.discriminatedUnion('type', [
  z.object({ type: z.literal('resize'), ...size }),
  /** The end of its input. */
  z.object({ type: z.literal('end') }),
  z.object({ type: z.literal('signal'), name: z.enum(['INT', 'TERM', 'HUP', 'QUIT', 'KILL']) }),
])
export type ExecControl = z.infer<typeof ExecControl>

export type ExecNote =
  | { readonly type: 'started' }
  | { readonly type: 'exit'; readonly code: number }
  | { readonly type: 'refused'; readonly code: string; readonly message: string }

/** The byte before output. */
export const execStreams = { stdout: 1, stderr: 2 } as const

/**
 * `/forward?workspace=NAME&port=N`: a WebSocket whose binary messages are a TCP connection's bytes; an empty one is the
 * end of what its side sends. Once both have ended, the server closes with `over`; a reset is a close with `reset`,
 * and so is every close that neither side has announced.
 */
export const ForwardQuery = z.object({
  workspace: z.string().max(63),
  port: z.coerce.number().int().min(1).max(65_535),
})
export type ForwardQuery = z.infer<typeof ForwardQuery>

/** Close codes (4000–4999 are for applications, RFC 6455, section 7.4.2). */
export const forwardCloseCodes = { over: 1000, reset: 4410 } as const
