import type { Connection } from './connection.ts'

/** Asks the control plane, as the account, for the way into a workspace that its host wants; nothing of the account goes to the host. */
export async function entryAddress(connection: Connection, name: string, to: string, browser: string): Promise<string> {
  const query = new URLSearchParams({ name, to, browser })
  const response = await fetch(`${connection.server}/auth/workspace?${query}`, {
    redirect: 'manual',
    headers: { cookie: connection.headers.cookie },
    signal: AbortSignal.timeout(15_000),
  })
  const location = response.headers.get('location')
  if (location === null) throw new Error(`The server answered ${response.status}.`)
  return new URL(location, connection.server).href
}
