import { cookieSet, send } from './http.ts'
import type { Person } from './person.ts'

const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

/** Goes into a workspace as a browser does; returns the `Cookie` header for its host. */
export async function enterWorkspace(arc: { readonly port: number }, person: Person, name: string): Promise<string> {
  const host = `${name}.localhost:${arc.port}`
  const first = await send(arc.port, '/', { headers: { ...navigation, host } })
  const asking = new URL(first.headers.location ?? '')
  const second = await send(arc.port, asking.pathname + asking.search, {
    headers: { ...navigation, host: `localhost:${arc.port}`, cookie: person.cookie },
  })
  const entering = new URL(second.headers.location ?? '')
  const third = await send(arc.port, entering.pathname + entering.search, {
    headers: { ...navigation, host, cookie: `arc_entry=${cookieSet(first, 'arc_entry') ?? ''}` },
  })
  return `arc_workspace=${cookieSet(third, 'arc_workspace') ?? ''}`
}
