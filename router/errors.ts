/**
 * Every way an operation can be refused. `kind` decides the HTTP status (the edge alone maps it);
 * `code` is stable, for programs; `message` is for a person and says what to do next.
 */
export type ErrorKind =
  | 'NotFound'
  | 'Forbidden'
  | 'Unauthenticated'
  | 'LimitReached'
  | 'Conflict'
  | 'Invalid'
  | 'Unavailable'

export type ErrorDetails = Readonly<Record<string, string | number | boolean>>

export class ArcError extends Error {
  readonly kind: ErrorKind
  readonly code: string
  readonly details: ErrorDetails

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ArcError'
    this.kind = kind
    this.code = code
    this.details = details
  }
}

/** A store that was lost is back within seconds, or it takes somebody to bring it back. */
const retryAfterSeconds = 5
const databaseTroubles = { away: 'does not answer', busy: 'has too much to do' } as const

export const errors = {
  signedOut: () => new ArcError('Unauthenticated', 'signed_out', 'You are signed out. Sign in and try again.'),

  workspaceNotFound: () =>
    new ArcError('NotFound', 'workspace_not_found', 'There is no such workspace, or it is not yours.'),

  workspaceNameInvalid: (why: string, suggestion: string) =>
    new ArcError('Invalid', 'workspace_name_invalid', `${why} “${suggestion}” is free.`, { suggestion }),

  workspaceNameTaken: (name: string, suggestion: string) =>
    new ArcError('Conflict', 'workspace_name_taken', `“${name}” is taken. “${suggestion}” is free.`, {
      name,
      suggestion,
    }),

  workspaceLimitReached: (limit: number, tier: string) =>
    new ArcError(
      'LimitReached',
      'workspace_limit_reached',
      `Your ${tier} plan holds ${limit} ${limit === 1 ? 'workspace' : 'workspaces'}. Delete one to make room.`,
      { limit, tier },
    ),

  teamLimitReached: (limit: number, login: string, tier: string) =>
    new ArcError(
      'LimitReached',
      'workspace_limit_reached',
      `The team’s workspaces count for ${login}, whose ${tier} plan holds ${limit}. Delete one to make room.`,
      { limit, tier },
    ),

  planLimitReached: (limit: number, tier: string) =>
    new ArcError(
      'LimitReached',
      'workspace_limit_reached',
      `The team’s ${tier} plan holds ${limit} ${limit === 1 ? 'workspace' : 'workspaces'}. Delete one to make room.`,
      { limit, tier },
    ),

  runningLimitReached: (limit: number, tier: string) =>
    new ArcError(
      'LimitReached',
      'running_limit_reached',
      `There are more workspaces than the ${tier} plan holds, so only ${limit} may run at once. Stop or delete another one first.`,
      { limit, tier },
    ),

  workspaceBusy: (state: string, operation: string) =>
    new ArcError('Conflict', 'workspace_busy', `A workspace that is ${state} cannot ${operation}. Wait a moment.`, {
      state,
      operation,
    }),

  workspaceNotRunning: (cause?: unknown) =>
    new ArcError('Unavailable', 'workspace_not_running', 'The workspace is not running. Start it first.', {}, cause),

  diskFull: (cause?: unknown) =>
    new ArcError(
      'Unavailable',
      'disk_full',
      'The disk of the server is full, so nothing can be saved. What runs goes on. Whoever runs the server has to free space; then try again.',
      { retryAfterSeconds },
      cause,
    ),

  diskLow: () =>
    new ArcError(
      'Unavailable',
      'disk_low',
      'The disk of the server is nearly full, so nothing new is started. Delete workspaces that you do not need, or ask whoever runs the server to free space; then try again.',
    ),

  portClosed: (port: number) =>
    new ArcError(
      'Unavailable',
      'port_closed',
      `Nothing in the workspace listens on port ${port}. Start your program, and see that it listens on localhost.`,
      { port },
    ),

  egressUnavailable: (cause?: unknown) =>
    new ArcError(
      'Unavailable',
      'egress_unavailable',
      'arc-proxy, the way out of workspaces, does not answer.',
      {},
      cause,
    ),

  versionNotFound: () =>
    new ArcError('NotFound', 'version_not_found', 'There is no such version of a file, or it is not kept any more.'),

  fileInTheWay: (path: string) =>
    new ArcError(
      'Conflict',
      'file_in_the_way',
      `At ${path} is something now that is no text, or too large to be kept. Move it away first.`,
      { path },
    ),

  restoreFailed: (path: string, said: string) =>
    new ArcError('Unavailable', 'restore_failed', `${path} could not be written: ${said}`, { path }),

  secretNotFound: () => new ArcError('NotFound', 'secret_not_found', 'There is no such secret.'),

  secretLimitReached: (limit: number) =>
    new ArcError(
      'LimitReached',
      'secret_limit_reached',
      `There are ${limit} secrets, which is as many as there may be. Delete one to make room.`,
      { limit },
    ),

  workflowNotFound: () =>
    new ArcError('NotFound', 'workflow_not_found', 'There is no such workflow, or it is not yours.'),

  workflowRunNotFound: () =>
    new ArcError('NotFound', 'workflow_run_not_found', 'There is no such run. The last 100 of each workflow are kept.'),

  workflowNameTaken: (name: string) =>
    new ArcError('Conflict', 'workflow_name_taken', `Another workflow is called “${name}”. Change “name:”.`, { name }),

  workflowLimitReached: (limit: number) =>
    new ArcError(
      'LimitReached',
      'workflow_limit_reached',
      `There are ${limit} workflows, which is as many as there may be. Delete one to make room.`,
      { limit },
    ),

  workflowStartsTooOften: (limit: number) =>
    new ArcError(
      'LimitReached',
      'workflow_starts_too_often',
      `Other runs, or what became of workspaces, have started it ${limit} times within ten minutes, which is as often as they may.`,
      { limit },
    ),
  workflowRunLimitReached: (limit: number) =>
    new ArcError(
      'LimitReached',
      'workflow_run_limit_reached',
      `${limit} runs have not ended yet, which is as many as there may be. Cancel some, or wait.`,
      { limit },
    ),

  workflowChanged: (version: number) =>
    new ArcError(
      'Conflict',
      'workflow_changed',
      `Somebody has saved version ${version} meanwhile. Load it, and make your change in it.`,
      { version },
    ),

  workflowInputInvalid: (name: string, why: string) =>
    new ArcError('Invalid', 'workflow_input_invalid', `The input “${name}” ${why}.`, { name }),

  workflowNotManual: (name: string) =>
    new ArcError(
      'Conflict',
      'workflow_not_manual',
      `“${name}” is not started by people. Add workflow_dispatch: {} under “on:”.`,
      { name },
    ),

  workflowRunEnded: (state: string) =>
    new ArcError('Conflict', 'workflow_run_ended', `The run is ${state} already.`, { state }),

  workflowRunOpen: () =>
    new ArcError('Conflict', 'workflow_run_open', 'The run has not ended yet. Wait for its end, or cancel it.'),

  workflowNothingToApprove: () =>
    new ArcError('Conflict', 'workflow_nothing_to_approve', 'Nothing waits for an approval here, or no longer.'),

  workflowHookUnknown: () =>
    new ArcError('Unauthenticated', 'workflow_hook_unknown', 'No workflow is started by this address and secret.'),

  databaseUnavailable: (trouble: 'away' | 'busy', cause?: unknown) =>
    new ArcError(
      'Unavailable',
      'database_unavailable',
      `The database ${databaseTroubles[trouble]}. Try again in ${retryAfterSeconds} s.`,
      { what: 'database', trouble, retryAfterSeconds },
      cause,
    ),

  busUnavailable: (cause?: unknown) =>
    new ArcError(
      'Unavailable',
      'bus_unavailable',
      `The message bus does not answer. Try again in ${retryAfterSeconds} s.`,
      { what: 'bus', retryAfterSeconds },
      cause,
    ),

  engineUnavailable: (cause?: unknown) =>
    new ArcError('Unavailable', 'engine_unavailable', 'Docker does not answer. Check that it runs.', {}, cause),

  engineTroubled: (said: string, cause?: unknown) =>
    new ArcError('Unavailable', 'engine_troubled', `Docker has trouble: ${said}`, {}, cause),

  forbidden: (operation: string) =>
    new ArcError('Forbidden', 'forbidden', `You may not ${operation} here.`, { operation }),

  signInLinkSpent: () =>
    new ArcError(
      'Unauthenticated',
      'sign_in_link_spent',
      'This sign-in link was used or has expired. For a new one, run npm run sign-in where arcx runs.',
    ),

  tokenNotFound: () => new ArcError('NotFound', 'token_not_found', 'There is no such token, or it has ended already.'),

  tokenLimitReached: (limit: number) =>
    new ArcError(
      'LimitReached',
      'token_limit_reached',
      `You have ${limit} tokens, which is as many as one may have. Revoke one to make room.`,
      { limit },
    ),

  scopeMissing: (scope: string) =>
    new ArcError(
      'Forbidden',
      'scope_missing',
      scope === 'admin'
        ? 'This needs the right to administer, and your token has no scope admin. Where the server runs, use: npm run -s arcx-admin -- COMMAND. Elsewhere set ARC_ADMIN_TOKEN, or make a token with the scope admin in the settings.'
        : `This token is not for that; it takes one with the scope ${scope}.`,
      { scope },
    ),

  textUnstorable: (cause: unknown) =>
    new ArcError(
      'Invalid',
      'text_unstorable',
      'A text that was sent holds the character U+0000, which is never stored. Take it out.',
      {},
      cause,
    ),

  sessionNeeded: () =>
    new ArcError('Forbidden', 'session_needed', 'That is done signed in, in a browser, and not with a token.'),

  socketNeeded: () =>
    new ArcError('Invalid', 'socket_needed', 'What happens is told over a WebSocket alone. Open one at /trpc.'),

  webhooksNotConfigured: (source: 'github' | 'stripe') =>
    new ArcError(
      'NotFound',
      'webhooks_not_configured',
      `This server takes no webhooks of ${source === 'github' ? 'GitHub' : 'Stripe'} yet. ${source === 'github' ? 'Make a GitHub App under Administration, or set ARC_GITHUB_WEBHOOK_SECRET' : 'Set ARC_STRIPE_WEBHOOK_SECRET'} and restart it.`,
      { source },
    ),

  gitHubAppFailed: (why: string) =>
    new ArcError('Conflict', 'github_app_failed', `The GitHub App was not set up. ${why} Begin again.`),

  secretManaged: () =>
    new ArcError(
      'Conflict',
      'secret_managed',
      'The server keeps this secret itself, for an installation of its GitHub App. Whoever runs the server can disconnect it; a secret of the same name that you set takes its place.',
    ),

  gitHubInstallationMissing: () =>
    new ArcError('NotFound', 'github_installation_missing', 'GitHub knows no such installation of this server’s App.'),

  gitHubUnavailable: (cause: unknown) =>
    new ArcError(
      'Unavailable',
      'github_unavailable',
      'GitHub does not answer as it should. Try again in a moment.',
      {},
      cause,
    ),

  gitHubAppMissing: () => new ArcError('NotFound', 'github_app_missing', 'This server has no GitHub App.'),

  webhooksBusy: () =>
    new ArcError('Unavailable', 'webhooks_busy', 'Too many webhooks are being read at this moment. Send it again.'),

  webhookDeliveryNotFound: () =>
    new ArcError('NotFound', 'webhook_delivery_not_found', 'There is no such delivery. They are kept for 30 days.'),

  signatureWrong: (header: string) =>
    new ArcError(
      'Unauthenticated',
      'signature_wrong',
      `${header} is not the signature of this body by a secret of this server, or it is too old.`,
      { header },
    ),

  webhookMalformed: () =>
    new ArcError(
      'Invalid',
      'webhook_malformed',
      'This is no event: it takes a JSON body (content type application/json) and the sender’s own headers.',
    ),

  endpointNotFound: () => new ArcError('NotFound', 'endpoint_not_found', 'There is no such webhook endpoint.'),

  endpointLimitReached: (limit: number) =>
    new ArcError(
      'LimitReached',
      'endpoint_limit_reached',
      `There are ${limit} webhook endpoints, which is as many as there may be. Delete one to make room.`,
      { limit },
    ),

  endpointAddressRefused: (why: string) => new ArcError('Invalid', 'endpoint_address_refused', why),

  endpointOff: () =>
    new ArcError('Conflict', 'endpoint_off', 'This webhook endpoint is switched off. Switch it on first.'),

  eventDeliveryNotFound: () =>
    new ArcError('NotFound', 'event_delivery_not_found', 'There is no such delivery. They are kept for 30 days.'),

  mailNotConfigured: () =>
    new ArcError(
      'NotFound',
      'mail_not_configured',
      'This server sends no e-mail yet. Whoever runs it sets ARC_SMTP_URL and ARC_MAIL_FROM and restarts it.',
    ),

  tokenWrong: () => new ArcError('Unauthenticated', 'token_wrong', 'This token is not known here, or has ended.'),

  programCodeSpent: () =>
    new ArcError(
      'Unauthenticated',
      'program_code_spent',
      'This code is not known, was used, or has expired. Start the sign-in of the program again.',
    ),

  signInFailed: (why: string) => new ArcError('Unauthenticated', 'sign_in_failed', why),

  paymentAwaited: () =>
    new ArcError('Forbidden', 'payment_awaited', 'Your account waits for its payment. Nothing else is missing.'),

  suspended: () =>
    new ArcError('Forbidden', 'account_suspended', 'This account is suspended. Ask whoever runs this server.'),

  loginMismatch: (login: string) =>
    new ArcError('Invalid', 'login_mismatch', `To delete your account, type your login, ${login}.`, { login }),

  accountLeaving: () =>
    new ArcError(
      'Forbidden',
      'account_leaving',
      'This account is being deleted. When that is done, you can sign up anew.',
    ),

  sessionNotFound: () =>
    new ArcError('NotFound', 'session_not_found', 'There is no such session, or it has ended already.'),

  userNotFound: () => new ArcError('NotFound', 'user_not_found', 'There is no such person.'),

  teamNotFound: () => new ArcError('NotFound', 'team_not_found', 'There is no such team, or you are not in it.'),

  teamNameInvalid: (why: string, suggestion: string) =>
    new ArcError('Invalid', 'team_name_invalid', `${why} “${suggestion}” is free.`, { suggestion }),

  teamNameTaken: (name: string, suggestion: string) =>
    new ArcError('Conflict', 'team_name_taken', `“${name}” is taken. “${suggestion}” is free.`, { name, suggestion }),

  tooManyTeams: (limit: number) =>
    new ArcError(
      'LimitReached',
      'team_limit_reached',
      `You own ${limit} teams, which is as many as one may. Delete one to make room.`,
      { limit },
    ),

  teamFull: (limit: number) =>
    new ArcError('LimitReached', 'team_full', `A team has at most ${limit} members.`, { limit }),

  tooManyTeamInvites: (limit: number) =>
    new ArcError(
      'LimitReached',
      'team_invite_limit_reached',
      `${limit} invitations to this team are open. Revoke one to make room.`,
      { limit },
    ),

  memberNotFound: () => new ArcError('NotFound', 'member_not_found', 'There is no such member of this team.'),

  ownerStays: () =>
    new ArcError(
      'Conflict',
      'owner_stays',
      'A team always has an owner. Hand the team to another member first, or delete it.',
    ),

  alreadyMember: (login: string) =>
    new ArcError('Conflict', 'already_member', `${login} is in this team already.`, { login }),

  invitationSpent: () =>
    new ArcError(
      'NotFound',
      'invitation_spent',
      'This invitation was used, withdrawn or has expired. Ask for a new one.',
    ),

  inviteNotFound: () =>
    new ArcError('NotFound', 'invite_not_found', 'There is no such invitation, or it has ended already.'),

  budgetSpent: (hours: number) =>
    new ArcError(
      'LimitReached',
      'budget_spent',
      `The budget of ${hours} hours of this month is used up, so nothing is started. Raise it under usage, or wait for the next month.`,
      { hours },
    ),

  billingOff: () =>
    new ArcError(
      'NotFound',
      'billing_off',
      'Nothing is paid for on this server: plans are given by its administrators.',
    ),

  stripeUnavailable: (cause?: unknown) =>
    new ArcError(
      'Unavailable',
      'stripe_unavailable',
      'Stripe, which takes payments, does not answer. Nothing was changed; try again in a minute. Everything else goes on.',
      { retryAfterSeconds: 60 },
      cause,
    ),

  subscribedAlready: () =>
    new ArcError(
      'Conflict',
      'subscribed_already',
      'There is a subscription already. Change it, or pay what is missing, where billing is managed.',
    ),

  notACustomer: () =>
    new ArcError(
      'Conflict',
      'not_a_customer',
      'Nothing was subscribed yet, so there is nothing to manage. Choose a plan.',
    ),

  planNotOffered: (plan: string) =>
    new ArcError('Invalid', 'plan_not_offered', `The ${plan} plan cannot be taken here.`, { plan }),

  announcementLimitReached: (limit: number) =>
    new ArcError(
      'LimitReached',
      'announcement_limit_reached',
      `${limit} announcements stand already. End one to make room.`,
      { limit },
    ),

  announcementNotFound: () =>
    new ArcError('NotFound', 'announcement_not_found', 'There is no such announcement, or it has ended already.'),

  lastAdmin: () =>
    new ArcError('Conflict', 'last_admin', 'You cannot take your own right to administer. Let another admin do it.'),

  crossSite: () =>
    new ArcError('Forbidden', 'cross_site_request', 'The request came from another site and was refused.'),

  tooManyRequests: (retryAfterSeconds: number) =>
    new ArcError('LimitReached', 'too_many_requests', `Too many requests. Try again in ${retryAfterSeconds} s.`, {
      retryAfterSeconds,
    }),
} as const

/** What the system (errno(3)) and PostgreSQL (53100) call a full disk. */
const fullDiskCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', '53100'])

function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    ('code' in error && fullDiskCodes.has(error.code)) ||
    /no space left on device|disk quota exceeded/i.test(error.message) ||
    isDiskFull(error.cause)
  )
}

/** A fault for which there are words of ours, in these; `null` for any other. */
export function refusalOf(error: unknown): ArcError | null {
  if (error instanceof ArcError) return error
  return isDiskFull(error) ? errors.diskFull(error) : null
}
