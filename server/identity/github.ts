import * as oauth from 'oauth4webapi'
import { z } from 'zod'

/** GitHub's own limit for its answers here is far above; a slow one must not hold a sign-in for ever. */
const timeoutMs = 10_000

/** Who somebody is to GitHub. */
export interface GitHubProfile {
  readonly githubId: number
  readonly login: string
  readonly name: string
  /** The verified primary address. */
  readonly email: string
  /** GitHub's word for it, which it may take back; null for one that ends by itself, as an App's do. */
  readonly accessToken: string | null
}

export interface GitHubSettings {
  readonly clientId: string
  readonly clientSecret: string
  /** `https://github.com`, or a GitHub Enterprise server's. */
  readonly url: string
  readonly redirectUri: string
}

/** What GitHub said, or did not say, as a sentence for the person who signs in. */
export class GitHubRefusal extends Error {
  override readonly name = 'GitHubRefusal'
}

const User = z.object({ id: z.number().int().positive(), login: z.string().min(1), name: z.string().nullish() })
const Emails = z.array(z.object({ email: z.email(), primary: z.boolean(), verified: z.boolean() }))

/** GitHub's web application flow (OAuth 2.0, RFC 6749, section 4.1) with PKCE (RFC 7636). */
export class GitHub {
  readonly #settings: GitHubSettings
  readonly #server: oauth.AuthorizationServer
  readonly #api: string

  constructor(settings: GitHubSettings) {
    const url = settings.url.replace(/\/+$/, '')
    this.#settings = settings
    this.#api = apiOf(url)
    this.#server = {
      issuer: url,
      authorization_endpoint: `${url}/login/oauth/authorize`,
      token_endpoint: `${url}/login/oauth/access_token`,
    }
  }

  /** Where to send the browser. */
  async authorization(state: string, verifier: string): Promise<string> {
    const query = new URLSearchParams({
      client_id: this.#settings.clientId,
      redirect_uri: this.#settings.redirectUri,
      scope: 'read:user user:email',
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    return `${this.#server.authorization_endpoint}?${query}`
  }

  /** Exchanges what GitHub sent back. @throws {GitHubRefusal} */
  async profile(callback: URLSearchParams, state: string, verifier: string): Promise<GitHubProfile> {
    const { token, lasts } = await this.#exchange(callback, state, verifier)
    const [user, emails] = await Promise.all([
      this.#get('/user', token, User),
      this.#get('/user/emails', token, Emails),
    ])
    const email = emails.find((entry) => entry.primary && entry.verified)?.email
    if (email === undefined)
      throw new GitHubRefusal(
        'GitHub knows no verified primary e-mail address of yours. Verify one there, then try again.',
      )
    return {
      githubId: user.id,
      login: user.login,
      name: user.name ?? user.login,
      email,
      accessToken: lasts ? token : null,
    }
  }

  /** Whether GitHub still knows the token: `gone` only where it says so itself. */
  async standsBehind(token: string): Promise<'stands' | 'gone' | 'unknown'> {
    try {
      const response = await fetch(`${this.#api}/user`, {
        headers: headersFor(token),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      })
      await response.body?.cancel()
      return response.ok ? 'stands' : response.status === 401 ? 'gone' : 'unknown'
    } catch {
      return 'unknown'
    }
  }

  async #exchange(
    callback: URLSearchParams,
    state: string,
    verifier: string,
  ): Promise<{ readonly token: string; readonly lasts: boolean }> {
    const { clientId, clientSecret, redirectUri } = this.#settings
    const client: oauth.Client = { client_id: clientId }
    try {
      // The issuer is not one that OAuth knows of, so a parameter that names one is none of ours.
      const checked = oauth.validateAuthResponse(this.#server, client, callback, state)
      const options = {
        [oauth.allowInsecureRequests]: this.#server.issuer.startsWith('http:'),
        signal: AbortSignal.timeout(timeoutMs),
      }
      const response = await oauth.authorizationCodeGrantRequest(
        this.#server,
        client,
        oauth.ClientSecretPost(clientSecret),
        checked,
        redirectUri,
        verifier,
        options,
      )
      const answer = await oauth.processAuthorizationCodeResponse(this.#server, client, response)
      return { token: answer.access_token, lasts: answer.expires_in === undefined }
    } catch (error) {
      throw new GitHubRefusal('GitHub did not confirm who you are. Try again.', { cause: error })
    }
  }

  async #get<S extends z.ZodType>(path: string, token: string, schema: S): Promise<z.infer<S>> {
    try {
      const response = await fetch(this.#api + path, {
        headers: headersFor(token),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      })
      if (!response.ok) throw new Error(`status ${response.status}`)
      return schema.parse(await response.json())
    } catch (error) {
      throw new GitHubRefusal('GitHub could not be asked who you are. Try again in a moment.', { cause: error })
    }
  }
}

/** Where the API of a GitHub answers. */
export const apiOf = (url: string): string =>
  url === 'https://github.com' ? 'https://api.github.com' : `${url}/api/v3`

const headersFor = (token: string) => ({
  accept: 'application/vnd.github+json',
  authorization: `Bearer ${token}`,
  'user-agent': 'arcx',
  'x-github-api-version': '2022-11-28',
})
