import { z } from 'zod'

const [first, last] = [1, 9999]

/** A moment that somebody asks about. What the database can compare ends with the years of four digits. */
export const Instant = z.iso.datetime({ offset: true }).refine((text) => {
  const year = new Date(text).getUTCFullYear()
  return first <= year && year <= last
}, `A time lies in the years ${first} to ${last}.`)
