import { createHash, randomBytes } from 'node:crypto'
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

/** GitHub's side of signing in, on loopback, in its wire format and with its checks. Its own site lies outside the machine. */
export interface GitHubDouble {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** Whoever is signed in at GitHub. */
  person: GitHubPerson
  /** Makes its API answer so; `null` for as usual. */
  outage: number | null
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
        if (given.get('client_id') !== clientId || given.get('client_secret') !== clientSecret)
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
        return void json(200, { access_token: token, token_type: 'bearer', scope: 'read:user,user:email' })
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
      default:
        return void json(404, { message: 'Not Found' })
    }
  }

  function authorizePage(query: URLSearchParams, response: ServerResponse): void {
    const redirectUri = query.get('redirect_uri') ?? ''
    if (query.get('client_id') !== clientId || query.get('code_challenge_method') !== 'S256')
      return void response.writeHead(404).end()
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
