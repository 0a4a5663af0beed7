import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/** What the app's own pages may do: run what is in the package, and talk to the main process alone. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers = {
  'content-security-policy': pagePolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
}

/** Serves the built web application from the package: its files, and its one page for each of its routes. */
export async function servePage(
  root: string,
  request: { readonly method: string; readonly url: string },
): Promise<Response> {
  const none = (status: number) => new Response(null, { status, headers })
  if (request.method !== 'GET' && request.method !== 'HEAD') return none(405)
  const url = URL.parse(request.url)
  if (url === null) return none(400)
  let path: string
  try {
    path = decodeURIComponent(url.pathname)
  } catch {
    return none(400)
  }
  if (path.includes('\0') || path.includes('\\')) return none(400)
  const type = types[extname(path)]
  const base = await realpath(root)
  const file = type === undefined ? join(base, 'index.html') : await realpath(join(base, path)).catch(() => null)
  if (file === null || !file.startsWith(base + sep)) return none(404)
  const body = await readFile(file).catch(() => null)
  return body === null
    ? none(404)
    : new Response(new Uint8Array(body), { headers: { ...headers, 'content-type': type ?? types['.html'] ?? '' } })
}
