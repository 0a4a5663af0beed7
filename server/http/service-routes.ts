import { z } from 'zod'
import { CollabPresence } from '@arcx/router'
import type { CollabPort } from '@arcx/router'
import { internalRoutes } from '@arcx/service-kit/internal-routes'
import type { Addresses } from '../addresses.ts'
import type { Identity } from '../identity/identity.ts'
import type { Edge } from './app.ts'
import type { WrongCredentials } from './wrong-credentials.ts'

export interface ServiceRouteDependencies {
  readonly addresses: Addresses
  readonly collab: CollabPort
  readonly identity: Identity
  readonly internalToken: string
  readonly localSignIn: boolean
  readonly wrongCredentials: WrongCredentials
}

const Present = z.array(CollabPresence).max(10_000)

/** What the other processes of the deployment ask. */
export async function addServiceRoutes({ app }: Edge, dependencies: ServiceRouteDependencies): Promise<void> {
  const { addresses, identity } = dependencies
  await internalRoutes(
    app,
    {
      token: dependencies.internalToken,
      onWrong: (request) => dependencies.wrongCredentials.refuse('internal.use', request.ip),
    },
    (scope) => {
      /** team-state asks what those who are connected may do now. */
      scope.post('/collab/rights', async (request) => dependencies.collab.rights(Present.parse(request.body)))

      /** For `npm start`, which prints the link. */
      scope.post('/sign-in-link', async () => {
        if (!dependencies.localSignIn) return { url: addresses.publicOrigin }
        return {
          url: `${addresses.publicOrigin}/auth/local?${new URLSearchParams({ code: await identity.localSignInCode() })}`,
        }
      })
    },
  )
}
