/** So many calls may stand together in one HTTP request; clients put no more into one. */
export const mostCallsOfRequest = 50
export type MostCallsOfRequest = typeof mostCallsOfRequest

/** What is counted by whom, so that nobody can do it without end. */
export type Limited =
  | 'workspaces.create'
  | 'workspaces.drive'
  | 'teams.create'
  | 'teams.invite'
  | 'teams.join'
  | 'tokens.create'
  | 'presence.set'
  | 'programs.begin'
  | 'programs.poll'
  | 'programs.answer'
  | 'webhooks.send'
  /** Whatever else changes something. */
  | 'changes'

export interface LimitsPort {
  /** Counts one. @throws `too_many_requests` with the seconds to wait. */
  take(what: Limited, key: string): Promise<void>
}
