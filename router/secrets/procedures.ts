import { z } from 'zod'
import { OwnerInput, ownerFrom } from '../owner.ts'
import { HostPattern, quoted } from '../host-pattern.ts'
import { SecretId } from '../ids.ts'
import { personProcedure, router } from '../trpc.ts'
import { secretPlaces } from './port.ts'

/** Variables that decide how programs run, and are nobody's secret. */
const reserved =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|TERM|PWD|IFS|ENV|BASH_ENV|EDITOR|TMPDIR|NO_PROXY|ALL_PROXY|HTTPS?_PROXY|SSL_CERT_FILE|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|NODE_USE_ENV_PROXY|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO|PIP_CERT|CARGO_HTTP_CAINFO|AWS_CA_BUNDLE|GRPC_DEFAULT_SSL_ROOTS_FILE_PATH|DENO_TLS_CA_STORE|PYTHONPATH|PERL5LIB|RUBYOPT|LD_.*|DYLD_.*|GIT_.*|ARCX_.*)$/
const name = z
  .string()
  .trim()
  .regex(
    /^[A-Z_][A-Z0-9_]{0,63}$/,
    'This cannot be the name of an environment variable. Use up to 64 capital letters, digits and underscores, and no digit at the beginning.',
  )
  .refine((text) => !reserved.test(text), {
    error: ({ input }) => `${quoted(input)} decides how programs run. Choose another name.`,
  })
const value = z
  .string()
  .min(
    12,
    'A value needs at least 12 characters. Shorter text also occurs by chance in answers that have nothing to do with the secret, and would be replaced there.',
  )
  .max(4096, 'A value has at most 4096 characters.')
  .regex(/^[\x20-\x7e]+$/, 'A value is a single line of letters, digits and signs of ASCII.')

const grants = {
  hosts: z
    .array(HostPattern)
    .min(1, 'Name at least one host.')
    .max(20, 'Name at most 20 hosts; *.example.com stands for all below it.'),
  places: z.array(z.enum(secretPlaces)).max(secretPlaces.length).default([]),
}

export const secretsRouter = router({
  list: personProcedure
    .input(OwnerInput.prefault({}))
    .query(({ ctx, input }) => ctx.secrets.list(ctx.actor, ownerFrom(input))),
  set: personProcedure
    .input(OwnerInput.extend({ name, value, ...grants }))
    .mutation(({ ctx, input: { name: named, value: given, hosts, places, ...owner } }) =>
      ctx.secrets.set(ctx.actor, { owner: ownerFrom(owner), name: named, value: given, hosts, places }),
    ),
  grants: personProcedure
    .input(z.object({ id: SecretId, ...grants }))
    .mutation(({ ctx, input }) => ctx.secrets.grants(ctx.actor, input.id, input.hosts, input.places)),
  remove: personProcedure
    .input(z.object({ id: SecretId }))
    .mutation(({ ctx, input }) => ctx.secrets.remove(ctx.actor, input.id)),
})
