import { z } from 'zod'

/** One address, as it stands in an e-mail's envelope. */
export const EmailAddress = z
  .email('This is not an e-mail address.')
  .max(254, 'An e-mail address has at most 254 characters.')
