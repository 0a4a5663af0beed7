import { z } from 'zod'
import { SecretId, TeamId } from '../ids.ts'
import { personProcedure, router } from '../trpc.ts'

/** Variables that decide how programs run, and are nobody's secret. */
const reserved = /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|TERM|PWD|IFS|ENV|BASH_ENV|EDITOR|TMPDIR|NO_PROXY|ALL_PROXY|HTTPS?_PROXY|SSL_CERT_FILE|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|NODE_USE_ENV_PROXY|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO|PIP_CERT|CARGO_HTTP_CAINFO|PYTHONPATH|PERL5LIB|RUBYOPT|LD_.*|DYLD_.*|GIT_.*|ARCX_.*)$/
const name = z
  .string()
  .trim()
  .regex(/^[A-Z_][A-Z0-9_]{0,63}$/, 'A name is a variable’s: capital letters, digits and underscores.')
  .refine((text) => !reserved.test(text), 'That variable decides how programs run; choose another name.')
const value = z
  .string()
  .min(12, 'A value has at least 12 characters: shorter ones stand in too much that is none of them.')
  .max(4096)
  .regex(/^[\x20-\x7e]+$/, 'A value is one line of plain characters.')
export const HostPattern = z.string().trim().toLowerCase().regex(/^(?:\*\.)?(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/, 'A host is a name such as api.example.com, or *.example.com.')

export const secretsRouter = router({
  list: personProcedure.input(z.object({ teamId: TeamId.nullable().default(null) }).prefault({})).query(({ ctx, input }) => ctx.secrets.list(ctx.actor, input.teamId)),
  set: personProcedure
    .input(z.object({ teamId: TeamId.nullable().default(null), name, value, hosts: z.array(HostPattern).min(1).max(20) }))
    .mutation(({ ctx, input }) => ctx.secrets.set(ctx.actor, input)),
  remove: personProcedure.input(z.object({ id: SecretId })).mutation(({ ctx, input }) => ctx.secrets.remove(ctx.actor, input.id)),
})
