import { z } from 'zod'

/** A host's name, or `*.` and a suffix for all below it. */
export const HostPattern = z.string().trim().toLowerCase().regex(/^(?:\*\.)?(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/, 'A host is a name such as api.example.com, or *.example.com.')
