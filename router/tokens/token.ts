import { z } from 'zod'
import type { TokenId } from '../ids.ts'

/** What a token may be used for; never more than its person may. */
export const Scope = z.enum([
  'workspaces:read',
  'workspaces:write',
  'workspaces:exec',
  'workflows',
  'teams:read',
  'teams:write',
  'tokens',
  'secrets',
  'admin',
])
export type Scope = z.infer<typeof Scope>

export interface ApiToken {
  readonly id: TokenId
  readonly name: string
  /** `arcx_…` and the last four characters. */
  readonly shown: string
  readonly scopes: readonly Scope[]
  readonly workspaceIds: readonly string[] | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
}

export interface NewApiToken extends ApiToken {
  /** The token itself; this once. */
  readonly token: string
}
