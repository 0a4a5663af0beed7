import { createTRPCClient, httpLink } from '@trpc/client'
import { z } from 'zod'
import type { AppRouter } from '@arcx/router'
import type { SignInServer } from '../accounts/sign-in.ts'
import { whyUnreachable } from './unreachable.ts'

const Options = z.object({ result: z.object({ data: z.object({ signupMode: z.string() }) }) })

/** Over the network, as nobody yet. */
export const signInServer: SignInServer = {
  async greet(server) {
    const response = await fetch(`${server}/trpc/auth.options`, { signal: AbortSignal.timeout(10_000) }).catch(
      (cause: unknown) => {
        throw new Error(whyUnreachable(server, cause), { cause })
      },
    )
    const options = Options.safeParse(await response.json().catch(() => null))
    if (!options.success) throw new Error(`What answers at ${server} is no arcx.`)
    const { origin } = new URL(response.url)
    if (server.startsWith('https:') && !origin.startsWith('https:'))
      throw new Error(`${server} leads to an address without encryption, ${origin}. Nothing was sent there.`)
    return origin
  },
  async enter(server, code, verifier, clientName) {
    const client = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${server}/trpc` })] })
    return { server, ...(await client.programs.enter.mutate({ code, verifier, clientName })) }
  },
}
