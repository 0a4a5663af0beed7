import { send } from '@arcx/testing/http'
import type { Product } from './product.ts'

/** Signs in by the link and returns a way to ask the router. */
export async function signIn(product: Product) {
  const link = new URL(product.signInLink)
  const { port } = product.place
  const answer = await send(port, link.pathname + link.search, { headers: { host: link.host } })
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  return async (path: string, body?: unknown) => {
    const headers = {
      host: link.host,
      cookie,
      origin: link.origin,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const said = await send(
      port,
      `/trpc/${path}`,
      body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
    )
    return JSON.parse(said.body).result?.data
  }
}
