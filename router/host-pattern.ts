import { z } from 'zod'

const shownLength = 80
/** What was typed, in a sentence about it. */
export const quoted = (input: unknown): string => {
  const text = typeof input === 'string' ? input.trim() : ''
  return text === '' ? 'Nothing' : `“${text.length > shownLength ? `${text.slice(0, shownLength)}…` : text}”`
}

/** A host's name, or `*.` and a suffix for all below it. */
export const HostPattern = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(?:\*\.)?(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/, {
    error: ({ input }) =>
      `${quoted(input)} is not a host. Write a name such as api.example.com, or *.example.com for all below it, without https:// and without a path.`,
  })
