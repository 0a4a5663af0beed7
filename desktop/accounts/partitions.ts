import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Where a workspace's pages keep what they keep, apart from every other's and from those of another account. */
export const partitionOf = (accountId: string, workspaceId: string): string => `persist:${accountId}.${workspaceId}`

const ofAccount = /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\./

/** The folders' partitions that belong to this account; Chromium writes names in lower case, with `%` for what a file's name cannot have. */
export async function partitionsOf(directory: string, accountId: string): Promise<readonly string[]> {
  return (await foldersIn(directory))
    .filter((name) => ofAccount.exec(name)?.[1] === accountId.toLowerCase())
    .map((name) => `persist:${decoded(name)}`)
}

/** Removes what accounts that are no longer here have left. To be called before a page is shown, for Chromium holds the files of what it has opened. */
export async function removeOrphans(directory: string, accountIds: readonly string[]): Promise<void> {
  const known = new Set(accountIds.map((id) => id.toLowerCase()))
  for (const name of await foldersIn(directory)) {
    const account = ofAccount.exec(name)?.[1]
    // What it cannot remove now it removes at the next start.
    if (account !== undefined && !known.has(account))
      await rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

async function foldersIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
