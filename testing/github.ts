import { createHash, createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface GitHubPerson {
  readonly id: number
  readonly login: string
  readonly name: string | null
  readonly emails: readonly { readonly email: string; readonly primary: boolean; readonly verified: boolean }[]
}

/** What its manifest flow hands over. */
export interface MadeGitHubApp {
  readonly clientId: string
  readonly clientSecret: string
  readonly webhookSecret: string
  readonly privateKey: string
}

/** An event as GitHub lists it. */
export interface SentEvent {
  readonly id: number
  readonly guid: string
  readonly event: string
  readonly deliveredAt: Date
  readonly payload: object
}

/** GitHub's side of signing in and of making an App, on loopback, in its wire format and with its checks. Its own site lies outside the machine. */
export interface GitHubDouble {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** Whoever is signed in at GitHub. */
  person: GitHubPerson
  /** Makes its API answer so; `null` for as usual. */
  outage: number | null
  /** Each App that was made. */
  readonly apps: MadeGitHubApp[]
  /** Where the Apps are installed. */
  readonly installations: { readonly id: number; readonly account: string; suspended: boolean }[]
  /** Each token of an installation that was given out. */
  readonly installationTokens: string[]
  /** What it says that it has sent to the Apps, newest first. */
  readonly sent: SentEvent[]
  /** A person takes back what they allowed the application: its tokens of theirs are worth nothing. */
  revoke(personId: number): void
  close(): Promise<void>
}

export const gitHubPerson = (id: number, login: string): GitHubPerson => ({
  id,
  login,
  name: login.toUpperCase(),
  emails: [
    { email: `${login}@old.example`, primary: false, verified: true },
    { email: `${login}@example.com`, primary: true, verified: true },
  ],
})

interface Grant {
  readonly person: GitHubPerson
  readonly redirectUri: string
  readonly challenge: string
}

export async function startGitHub(): Promise<GitHubDouble> {
  const [clientId, clientSecret] = [randomBytes(10).toString('hex'), randomBytes(20).toString('hex')]
  const grants = new Map<string, Grant>()
  const tokens = new Map<string, GitHubPerson>()
  const manifests = new Map<string, { readonly name: string; readonly owner: string }>()
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const self: GitHubDouble = {
    url,
    clientId,
    clientSecret,
    person: gitHubPerson(1, 'octo'),
    outage: null,
    apps: [],
    installations: [],
    installationTokens: [],
    sent: [],
    revoke(personId) {
      for (const [token, { id }] of tokens) if (id === personId) tokens.delete(token)
    },
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return self

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new URL(request.url ?? '/', url)
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
    switch (`${request.method} ${asked.pathname}`) {
      case 'GET /login/oauth/authorize':
        return void authorizePage(asked.searchParams, response)
      case 'POST /login/oauth/access_token': {
        const given = new URLSearchParams(await text(request))
        const grant = grants.get(given.get('code') ?? '')
        grants.delete(given.get('code') ?? '')
        const app = self.apps.find((each) => each.clientId === given.get('client_id'))
        if (given.get('client_secret') !== (app === undefined ? secretOf(given) : app.clientSecret))
          return void json(200, {
            error: 'incorrect_client_credentials',
            error_description: 'The client_id and/or client_secret passed are incorrect.',
          })
        const challenge = createHash('sha256')
          .update(given.get('code_verifier') ?? '')
          .digest('base64url')
        if (grant === undefined || grant.redirectUri !== given.get('redirect_uri') || grant.challenge !== challenge)
          return void json(200, {
            error: 'bad_verification_code',
            error_description: 'The code passed is incorrect or expired.',
          })
        const token = `gho_${randomBytes(18).toString('hex')}`
        tokens.set(token, grant.person)
        // An App's token is for what the App may, and ends.
        if (app !== undefined)
          return void json(200, {
            access_token: token,
            token_type: 'bearer',
            scope: '',
            expires_in: 28_800,
            refresh_token: `ghr_${randomBytes(36).toString('hex')}`,
            refresh_token_expires_in: 15_897_600,
          })
        return void json(200, { access_token: token, token_type: 'bearer', scope: 'read:user,user:email' })
      }
      case 'POST /settings/apps/new':
      case 'POST /organizations/engines/settings/apps/new': {
        const manifest = JSON.parse(new URLSearchParams(await text(request)).get('manifest') ?? '')
        const code = randomBytes(20).toString('hex')
        manifests.set(code, {
          name: manifest.name,
          owner: asked.pathname.startsWith('/organizations/') ? 'engines' : self.person.login,
        })
        const state = asked.searchParams.get('state') ?? ''
        return void response
          .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
          .end(
            `<!doctype html><title>Create GitHub App</title><a href="${manifest.redirect_url}?${new URLSearchParams({ code, state })}">Create GitHub App for ${self.person.login}</a>`.replaceAll(
              '&state',
              '&amp;state',
            ),
          )
      }
      case 'GET /api/v3/app/installations': {
        if (!isByApp(request)) return void json(401, { message: 'A JSON web token could not be decoded' })
        return void json(
          200,
          self.installations.map(({ id, account, suspended }) => ({
            id,
            account: { login: account, id: id * 10 },
            repository_selection: 'selected',
            suspended_at: suspended ? '2026-01-01T00:00:00Z' : null,
          })),
        )
      }
      case 'GET /api/v3/app/hook/deliveries': {
        if (!isByApp(request)) return void json(401, { message: 'A JSON web token could not be decoded' })
        const [count, begin] = [Number(asked.searchParams.get('per_page')), Number(asked.searchParams.get('cursor'))]
        const next = begin + count
        if (next < self.sent.length)
          response.setHeader('link', `<${url}${asked.pathname}?per_page=${count}&cursor=${next}>; rel="next"`)
        return void json(
          200,
          self.sent.slice(begin, next).map(({ id, guid, event, deliveredAt }) => ({
            id,
            guid,
            event,
            delivered_at: deliveredAt.toISOString(),
            redelivery: false,
            status: 'Invalid HTTP Response: 503',
            status_code: 503,
          })),
        )
      }
      case 'GET /api/v3/user':
      case 'GET /api/v3/user/emails': {
        if (self.outage !== null) return void json(self.outage, { message: 'Server Error' })
        const person = tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''))
        if (person === undefined) return void json(401, { message: 'Bad credentials' })
        const { emails, ...user } = person
        return void json(
          200,
          asked.pathname.endsWith('emails')
            ? emails.map((entry) => ({ ...entry, visibility: entry.primary ? 'public' : null }))
            : { ...user, type: 'User', avatar_url: `${url}/avatars/${user.id}` },
        )
      }
      default: {
        const sent = self.sent.find(({ id }) => asked.pathname === `/api/v3/app/hook/deliveries/${id}`)
        if (sent !== undefined && isByApp(request))
          return void json(200, { ...sent, request: { headers: {}, payload: sent.payload } })
        const tokenOf = /^\/api\/v3\/app\/installations\/(\d+)\/access_tokens$/.exec(asked.pathname)?.[1]
        const installation = self.installations.find(({ id }) => id === Number(tokenOf))
        if (installation !== undefined && request.method === 'POST' && isByApp(request)) {
          if (installation.suspended) return void json(403, { message: 'This installation has been suspended' })
          const token = `ghs_${randomBytes(18).toString('hex')}`
          self.installationTokens.push(token)
          const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
          return void json(201, { token, expires_at: expiresAt, permissions: {}, repository_selection: 'selected' })
        }
        const conversion = /^\/api\/v3\/app-manifests\/([0-9a-f]+)\/conversions$/.exec(asked.pathname)?.[1] ?? ''
        const manifest = manifests.get(conversion)
        manifests.delete(conversion)
        if (manifest === undefined || request.method !== 'POST') return void json(404, { message: 'Not Found' })
        return void json(201, madeApp(manifest))
      }
    }
  }

  /** A JSON Web Token (RFC 7519) that the last App's key has signed, and that is for ten minutes at most. */
  function isByApp({ headers }: IncomingMessage): boolean {
    const app = self.apps.at(-1)
    const [head = '', claims = '', signature = ''] = (headers.authorization ?? '').replace(/^bearer /i, '').split('.')
    if (app === undefined || signature === '') return false
    const { iss, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString())
    const signed = verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${claims}`),
      createPublicKey(app.privateKey),
      Buffer.from(signature, 'base64url'),
    )
    return signed && Number(iss) === self.apps.length && exp - iat <= 660 && exp * 1000 > Date.now()
  }

  function secretOf(given: URLSearchParams): string | null {
    return given.get('client_id') === clientId ? clientSecret : null
  }

  function madeApp({ name, owner }: { readonly name: string; readonly owner: string }): object {
    const app: MadeGitHubApp = {
      clientId: `Iv23li${randomBytes(7).toString('hex')}`,
      clientSecret: randomBytes(20).toString('hex'),
      webhookSecret: randomBytes(20).toString('hex'),
      privateKey: generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      }).privateKey,
    }
    self.apps.push(app)
    const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
    return {
      id: self.apps.length,
      slug,
      name,
      owner: { login: owner, id: 1 },
      html_url: `${url}/apps/${slug}`,
      client_id: app.clientId,
      client_secret: app.clientSecret,
      webhook_secret: app.webhookSecret,
      pem: app.privateKey,
    }
  }

  function authorizePage(query: URLSearchParams, response: ServerResponse): void {
    const redirectUri = query.get('redirect_uri') ?? ''
    const isKnown = [clientId, ...self.apps.map((app) => app.clientId)].includes(query.get('client_id') ?? '')
    if (!isKnown || query.get('code_challenge_method') !== 'S256') return void response.writeHead(404).end()
    const code = randomBytes(10).toString('hex')
    grants.set(code, { person: self.person, redirectUri, challenge: query.get('code_challenge') ?? '' })
    const state = query.get('state') ?? ''
    const link = (parameters: Record<string, string>) =>
      `${redirectUri}?${new URLSearchParams(parameters)}`.replaceAll('&', '&amp;')
    const denied = { error: 'access_denied', error_description: 'The user has denied your application access.', state }
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end(
        `<!doctype html><title>Authorize application</title><p>Signed in as ${self.person.login}</p><a href="${link({ code, state })}">Authorize</a> <a href="${link(denied)}">Cancel</a>`,
      )
  }
}
