/** A request as the entrance has understood it. */
export interface Call {
  readonly workspaceId: string
  readonly scheme: 'http' | 'https'
  /** In normal form. */
  readonly host: string
  readonly port: number
  /** The host as the program named it. */
  readonly hostHeader: string
  /** Path and query. */
  readonly target: string
}
