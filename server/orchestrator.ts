import { availableParallelism } from 'node:os'
import { checkDatabase, openPool, openPrisma } from '@arcx/prisma'
import type { DomainEvent } from '@arcx/router'
import { openBus } from '@arcx/service-kit/bus'
import { TrustedProxies } from '@arcx/service-kit/connections/client-address'
import { DiskWatch } from '@arcx/service-kit/disk'
import { guarded } from '@arcx/service-kit/guarded'
import type { Log } from '@arcx/service-kit/log'
import { Gauge, createMetrics } from '@arcx/service-kit/metrics'
import { Envelopes } from '@arcx/service-kit/envelopes'
import { Tickets } from '@arcx/service-kit/tickets'
import { watchRecords } from '@arcx/service-kit/egress-records'
import { openChannel } from '@arcx/service-kit/channel'
import { Presence } from '@arcx/service-kit/presence/presence'
import { serviceDependency } from '@arcx/service-kit/health'
import { startService } from '@arcx/service-kit/service'
import type { Service } from '@arcx/service-kit/service'
import type { Shutdown } from '@arcx/service-kit/shutdown'
import { Addresses } from './addresses.ts'
import { Admin } from './admin/admin.ts'
import { AdminStore } from './admin/store.ts'
import { Announcements } from './announcements/announcements.ts'
import { AnnouncementStore } from './announcements/store.ts'
import type { OrchestratorConfig } from './config.ts'
import { AuditStore } from './audit/store.ts'
import { AuditTrail } from './audit/trail.ts'
import { Codes } from './credentials/codes.ts'
import { deriveKey } from './credentials/signing.ts'
import { CodeStore } from './credentials/store.ts'
import { Egress } from './egress/egress.ts'
import { Holders } from './egress/holders.ts'
import { EgressStore } from './egress/store.ts'
import { Collab } from './collab/collab.ts'
import { Authorization } from './authorization/authorization.ts'
import { rightsTo } from './authorization/checks.ts'
import { Disk } from './disk/disk.ts'
import { FileHistory } from './history/history.ts'
import { HistoryStore } from './history/store.ts'
import { Exec } from './exec/exec.ts'
import { Feed } from './events/feed.ts'
import { OutboxRelay } from './events/outbox.ts'
import { OutboxStore } from './events/store.ts'
import { EntryClaims, Gateway } from './gateway/gateway.ts'
import { Actors } from './http/actors.ts'
import { createEdge } from './http/app.ts'
import { Limits } from './http/limits.ts'
import { addRoutes } from './http/routes.ts'
import { attachSockets } from './http/sockets.ts'
import { WrongCredentials } from './http/wrong-credentials.ts'
import { Accounts } from './identity/accounts.ts'
import { DeviceLoginStore } from './identity/device-login-store.ts'
import { GitHub } from './identity/github.ts'
import { GrantWatch } from './identity/grant-watch.ts'
import { Identity } from './identity/identity.ts'
import { PersonStore } from './identity/person-store.ts'
import { Programs } from './identity/programs.ts'
import { SessionStore } from './identity/session-store.ts'
import { Sessions } from './identity/sessions.ts'
import { inviteHash } from './identity/sign-up.ts'
import { SignUpStore } from './identity/sign-up-store.ts'
import { TokenStore } from './identity/token-store.ts'
import { Tokens } from './identity/tokens.ts'
import { TeamChanges } from './teams/changes.ts'
import { departTeams } from './teams/departure.ts'
import { TeamInvitations } from './teams/invitations.ts'
import { PresenceService } from './presence/presence-service.ts'
import { Secrets } from './secrets/secrets.ts'
import { SecretStore } from './secrets/store.ts'
import { takeTeamInvite } from './teams/invited.ts'
import { InviteStore } from './teams/invite-store.ts'
import { Memberships } from './teams/memberships.ts'
import { TeamRemoval } from './teams/removal.ts'
import { TeamSubscriptions } from './teams/subscriptions.ts'
import { TeamStore } from './teams/team-store.ts'
import { Teams } from './teams/teams.ts'
import { openDockerNode } from './runtime/docker/node.ts'
import { EgressDoor } from './runtime/egress-door.ts'
import { idePort } from './runtime/inside.ts'
import { singleNode } from './runtime/node.ts'
import { WorkspaceRuntime } from './runtime/runtime.ts'
import { supervisorKeys } from './runtime/supervisor-keys.ts'
import { openUnitOfWork } from './unit-of-work/unit-of-work.ts'
import { Admission } from './workspaces/admission.ts'
import { WorkspaceChanges } from './workspaces/changes.ts'
import { DiskGuard } from './workspaces/disk-guard.ts'
import { diskLimitOf } from './workspaces/disk-use.ts'
import { IdleWatch } from './workspaces/idle-watch.ts'
import { LeaseStore } from './workspaces/lease-store.ts'
import { WorkspaceLeases } from './workspaces/leases.ts'
import { WorkspacePresenter } from './workspaces/presenter.ts'
import { hasEnded, ownProcessName } from './workspaces/process-name.ts'
import { Reconciler } from './workspaces/reconciler.ts'
import { WorkspaceStore } from './workspaces/store.ts'
import { Workspaces } from './workspaces/workspaces.ts'

const entryCodeSeconds = 30
/** A start keeps a core busy for about a second, and is given up after a minute: more at once only delay one another. */
const startsPerCore = 2
const codeSweepMs = 10 * 60_000

interface Started {
  readonly origin: string
  readonly isolation: 'networked' | 'sealed'
}
export type Orchestrator = Started & Service

/** Puts the capabilities together and starts them. @throws when isolation cannot be proven, or the port is taken. */
export const startOrchestrator = (config: OrchestratorConfig, webRoot: string, log: Log): Promise<Orchestrator> =>
  startService(log, async (shutdown) => ({
    origin: config.publicUrl,
    ...(await start(config, webRoot, log, shutdown)),
  }))

async function start(
  config: OrchestratorConfig,
  webRoot: string,
  log: Log,
  shutdown: Shutdown,
): Promise<Pick<Orchestrator, 'isolation' | 'metrics'>> {
  const addresses = new Addresses(config.publicUrl, config.workspaceDomain, config.ARC_PORT)
  const metrics = createMetrics('orchestrator', log)
  const proxies = new TrustedProxies(config.trustedProxies)

  const keyOf = supervisorKeys(deriveKey(config.ARC_ADMIN_TOKEN, 'supervisor'))
  const { node, connection, isolation, trial, places } = await openDockerNode(
    {
      dockerHost: config.DOCKER_HOST,
      dataDirectory: config.ARC_DATA_DIR,
      deployment: config.ARC_DEPLOYMENT,
      image: config.WORKSPACE_IMAGE,
      domain: config.workspaceDomain,
      memoryBytes: config.ARC_WORKSPACE_MEMORY_BYTES,
      cpuCores: config.cpuCores,
      pidsLimit: config.ARC_WORKSPACE_PIDS,
      isolation: config.ARC_ISOLATION,
      networkName: config.ARC_NETWORK,
      egress: config.ARC_EGRESS,
    },
    keyOf,
    log,
  )

  const disk = new DiskWatch({
    places,
    reserveBytes: config.ARC_DISK_RESERVE_BYTES,
    log,
  })
  shutdown.add('disk watch', () => disk.close())
  const onConnectionError = (error: Error) => log.warn({ err: error }, 'a database connection was lost')
  const pool = openPool(config.DATABASE_URL, onConnectionError)
  shutdown.add('database', () => pool.end())
  const prisma = openPrisma(pool)
  const backgroundPool = openPool(config.DATABASE_URL, onConnectionError, { work: 'background', maxConnections: 2 })
  shutdown.add('database for background work', () => backgroundPool.end())
  const bus = await openBus(config.NATS_URL, log)
  shutdown.add('bus', () => bus.close())
  const relay = new OutboxRelay(new OutboxStore(prisma), bus, config.ARC_DEPLOYMENT, log)
  shutdown.add('outbox', () => relay.close())
  const unitOfWork = openUnitOfWork(prisma, () => relay.poke())
  const channel = await openChannel(config.NATS_URL, log)
  shutdown.add('channel', () => channel.close())
  const presence = new Presence(channel, log)
  shutdown.add('presence', () => presence.close())
  const feed = await Feed.open(bus)
  shutdown.add('feed', () => feed.close())
  const following = new AbortController()
  shutdown.add('followers', () => following.abort())

  const codes = new Codes(new CodeStore(prisma))
  const grantKey = deriveKey(config.ARC_ADMIN_TOKEN, 'github grant')
  const sessionStore = new SessionStore(prisma)
  const sessions = new Sessions(sessionStore, unitOfWork, deriveKey(config.ARC_ADMIN_TOKEN, 'session'), grantKey)
  const teamStore = new TeamStore(prisma)
  const inviteStore = new InviteStore(prisma)
  const memberships = new Memberships(teamStore)
  feed.listen((event) => {
    if (event.type === 'teams.changed') for (const userId of event.userIds) memberships.forget(userId)
  })
  const teamChanges = new TeamChanges(teamStore, memberships, unitOfWork)
  const teams = new Teams({
    store: teamStore,
    unitOfWork,
    memberships,
    changes: teamChanges,
    subscriptions: new TeamSubscriptions(feed, memberships),
    openInvites: (teamId) => teamInvites.open(teamId),
    onRemoval: () => teamRemoval.poke(),
  })
  const teamInvites = new TeamInvitations({
    teams: teamStore,
    invites: inviteStore,
    unitOfWork,
    changes: teamChanges,
    publicOrigin: addresses.publicOrigin,
    teamOf: (actor, teamId) => teams.teamOf(actor, teamId),
  })
  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret, GITHUB_URL: githubUrl } = config
  const redirectUri = `${addresses.publicOrigin}/auth/callback`
  const github =
    clientId === undefined || clientSecret === undefined
      ? null
      : new GitHub({ clientId, clientSecret, url: githubUrl, redirectUri })
  const grantWatch =
    github === null
      ? null
      : new GrantWatch(sessionStore, sessions, github, grantKey, config.ARC_GITHUB_RECHECK_SECONDS, log)
  shutdown.add('grant watch', () => grantWatch?.close())
  const people = new PersonStore(prisma)
  const identity = new Identity({
    people,
    signUps: new SignUpStore(),
    codes,
    sessions,
    unitOfWork,
    github,
    options: { github: github !== null, local: config.localSignIn, signupMode: config.ARC_SIGNUP_MODE },
    takeTeamInvite: (unit, code, login) =>
      takeTeamInvite({ teams: teamStore, invites: inviteStore }, unit, code, login),
  })
  const admin = new Admin({
    store: new AdminStore(prisma),
    unitOfWork,
    publicOrigin: addresses.publicOrigin,
    hashInvite: inviteHash,
    drive: (actor, id, operation) => workspaces.drive(actor, id, operation),
    factsOf: async (ids) => (await store.byIds(ids)).map((row) => presenter.present(row)),
    async shutOut(unit, userId) {
      await tokens.closeWithin(unit, userId)
      await sessions.endWithin(unit, userId)
    },
    onAccountsChanged: () => sessions.forget(),
  })
  const runtime = new WorkspaceRuntime({
    nodes: singleNode(node),
    connection,
    keyOf,
    egress: config.ARC_EGRESS === 'proxy' ? new EgressDoor(config.ARC_PROXY_URL, config.ARC_INTERNAL_TOKEN) : null,
    tcpPort: config.ARC_EDGE === 'traefik' ? idePort : null,
    log,
  })
  shutdown.add('runtime', () => runtime.close())
  const diskLimit = diskLimitOf(config.ARC_WORKSPACE_DISK_BYTES)
  const store = new WorkspaceStore(prisma)
  const presenter = new WorkspacePresenter((name) => addresses.workspaceOrigin(name), diskLimit)
  const changes = new WorkspaceChanges({
    store,
    presenter,
    unitOfWork,
    background: openUnitOfWork(openPrisma(backgroundPool, 'background'), () => relay.poke()),
  })
  const holders = new Holders({
    teamsOf: (userId) => memberships.of(userId),
    workspaceOf: (id) => store.byId(id),
  })
  const secrets = new Secrets({
    store: new SecretStore(prisma),
    unitOfWork,
    envelopes: new Envelopes(config.ARC_SECRETS_KEY, config.ARC_SECRETS_KEY_FORMER),
    holders,
  })
  const renewed = await secrets.renewSeals()
  if (renewed > 0) log.info({ renewed }, 'secrets are sealed under the current key')
  const reconciler = new Reconciler({
    store,
    changes,
    leases: new WorkspaceLeases({ store: new LeaseStore(prisma), holder: await ownProcessName(), hasEnded, log }),
    runtime,
    environmentOf: (row) => secrets.environmentOf(row),
    log,
    concurrency: availableParallelism() * startsPerCore,
  })
  const workspaces = new Workspaces({
    rules: { idleTimeoutSeconds: config.ARC_IDLE_TIMEOUT_SECONDS },
    unitOfWork,
    store,
    changes,
    presenter,
    runtime,
    feed,
    memberships,
    disk,
    poke: (id) => reconciler.poke(id),
  })
  const teamRemoval = new TeamRemoval({
    store: teamStore,
    unitOfWork,
    log,
    removeWorkspaces: (actor, teamId) => workspaces.removeAllOf(actor, { teamId }),
  })
  shutdown.add('team removal', () => teamRemoval.close())
  const tokens = new Tokens(new TokenStore(prisma), unitOfWork, (actor, id) => workspaces.get(actor, id))
  const admission = new Admission(store, (userId) => memberships.of(userId))
  void admission
    .follow(feed, following.signal)
    .catch((error: unknown) => log.error({ err: error }, 'names of workspaces are remembered for too long'))

  const gateway = new Gateway({
    addresses,
    key: deriveKey(config.ARC_ADMIN_TOKEN, 'workspace session'),
    personOfSession: (sessionId) => sessions.personOfSession(sessionId),
    admit: (person, name) => admission.admit(person, name),
    whereabouts: (person, workspaceId) => admission.whereabouts(person, workspaceId),
    redeemEntry: (code) => codes.redeem('workspace-entry', code, EntryClaims),
    dial: (workspaceId) => connection.dialIde(workspaceId),
    ticketFor: (person, workspaceId) => collab.ticketFor(person, workspaceId),
    collabUrl: config.ARC_COLLAB_URL,
    clientOf: (request) => proxies.clientOf(request),
    log,
  })
  shutdown.add('gateway', () => gateway.close())

  const wrongCredentials = new WrongCredentials(unitOfWork, log)
  shutdown.add('wrong credentials', () => wrongCredentials.close())
  const actors = new Actors(sessions, tokens, config.ARC_ADMIN_TOKEN, addresses.secure, wrongCredentials)
  const audit = new AuditTrail(new AuditStore(prisma))
  const account = new Accounts({
    people,
    unitOfWork,
    backgroundWork: openUnitOfWork(openPrisma(backgroundPool, 'background'), () => relay.poke()),
    sessions,
    tokens,
    log,
    workspacesOf: (actor) => workspaces.list(actor),
    removeWorkspaces: (actor, ownerId) => workspaces.removeAllOf(actor, { ownerId }),
    departTeams: (unit, userId) => departTeams(teamStore, teamChanges, unit, userId),
    recordOf: (actorId) => audit.all({ actorId }),
  })
  shutdown.add('accounts', () => account.close())
  const programs = new Programs({
    deviceLogins: new DeviceLoginStore(prisma),
    codes,
    sessions,
    tokens,
    unitOfWork,
    publicOrigin: addresses.publicOrigin,
  })
  const egress = new Egress(new EgressStore(prisma), unitOfWork, holders, (workspaceId, hear) =>
    watchRecords(channel, workspaceId, hear),
  )
  const collab = new Collab({
    tickets: new Tickets(config.ARC_INTERNAL_TOKEN),
    url: config.ARC_COLLAB_URL,
    workspaceOf: (actor, id) => workspaces.get(actor, id),
    async standingOf({ userId, workspaceId, by }) {
      const [row, holder] = await Promise.all([
        store.byId(workspaceId),
        by.via === 'session' ? sessions.personOfSession(by.id) : tokens.visitorOf(by.id),
      ])
      if (row === undefined || holder?.userId !== userId || holder.standing !== 'active')
        return { may: [], teamId: null }
      return {
        may: rightsTo({ ...holder, teams: await memberships.of(userId) }, row),
        teamId: presenter.present(row).teamId,
      }
    },
  })
  const history = new FileHistory({
    store: new HistoryStore(prisma),
    unitOfWork,
    workspaceOf: (actor, id) => workspaces.get(actor, id),
    runningOf: (actor, id) => workspaces.running(actor, id),
    run: (container, request) => runtime.exec(container, request),
  })
  const here = new PresenceService({
    presence,
    feed,
    workspaceOf: (actor, id) => workspaces.get(actor, id),
    async mayOf(userId, id) {
      const row = await store.byId(id)
      return row === undefined ? [] : rightsTo({ via: 'session', userId, teams: await memberships.of(userId) }, row)
    },
    membersOf: (actor, id) => teams.membersOf(actor, id),
  })
  shutdown.add('presence leases', () => here.close())
  const authorization = new Authorization({ unitOfWork, limits: new Limits(), log })
  shutdown.add('authorization', () => authorization.close())
  const ports = {
    account,
    admin,
    collab,
    disk: new Disk(disk),
    egress,
    history,
    secrets,
    announcements: new Announcements(new AnnouncementStore(prisma), unitOfWork),
    audit,
    identity,
    authorization,
    presence: here,
    programs,
    teamInvites,
    teams,
    tokens,
    workspaces,
  }
  const exec = new Exec({
    log,
    enter: (actor, name, purpose) =>
      authorization.perform({ path: `UPGRADE /${purpose}`, actor, origin: actor, input: async () => ({ name }) }, () =>
        workspaces.enter(actor, name, purpose),
      ),
    stillMay: (actor, name) => workspaces.requireExec(actor, name),
    run: (container, request) => runtime.exec(container, request),
    dial: (container, port) => connection.dialPort(container, port),
    onWork: (actor, id) => here.atWork(actor, id),
    onActivity: (id) =>
      void store.active(id, new Date()).catch((error: unknown) => log.warn({ err: error }, 'activity was not noted')),
  })
  const edge = await createEdge({
    addresses,
    actors,
    ports,
    gateway,
    dependencies: [
      { name: 'database', check: () => checkDatabase(prisma) },
      { name: 'bus', check: () => bus.check() },
      { name: 'engine', check: () => runtime.check() },
      { name: 'disk', check: () => disk.check() },
      ...(config.ARC_EGRESS === 'proxy' ? [serviceDependency('arc-proxy', config.ARC_PROXY_URL)] : []),
      serviceDependency('team-state', config.ARC_COLLAB_URL),
    ],
    metrics,
    log,
    webRoot,
    most: { each: config.ARC_CONNECTIONS_PER_ADDRESS, inAll: config.ARC_CONNECTIONS },
    proxies,
  })
  await addRoutes(edge, {
    addresses,
    identity,
    ports,
    admission,
    internalToken: config.ARC_INTERNAL_TOKEN,
    wrongCredentials,
    localSignIn: config.localSignIn,
    judge: (name, method, path, headers) => gateway.judge(name, method, path, headers),
    issueEntry: (claims) => codes.issue('workspace-entry', claims, entryCodeSeconds),
  })
  const sockets = attachSockets({ server: edge.server, addresses, proxies, gateway, actors, ports, exec, log })
  void endConnections().catch((error: unknown) => log.error({ err: error }, 'what has ended is not closed any more'))
  measure()

  // Nothing of a workspace runs before its walls have been tried.
  await trial
  await reconciler.start()
  shutdown.add('reconciler', () => reconciler.close())
  const idleWatch = new IdleWatch(
    store,
    changes,
    runtime,
    config.ARC_IDLE_TIMEOUT_SECONDS,
    (id) => reconciler.poke(id),
    log,
  )
  shutdown.add('idle watch', () => idleWatch.close())
  const diskGuard = new DiskGuard({
    store,
    changes,
    runtime,
    disk,
    limit: diskLimit,
    onChange: (id) => reconciler.poke(id),
    log,
  })
  shutdown.add('disk guard', () => diskGuard.close())
  const codeSweep = setInterval(
    () => void codes.sweep().catch((error: unknown) => log.warn({ err: error }, 'old codes stay')),
    codeSweepMs,
  )
  shutdown.add('code sweep', () => clearInterval(codeSweep))

  await edge.app.listen({ host: config.ARC_LISTEN, port: config.ARC_PORT })
  shutdown.add('http', () => edge.app.close())
  shutdown.add('sockets', () => sockets.close())
  log.info({ origin: addresses.publicOrigin, isolation, egress: config.ARC_EGRESS }, 'ready')
  return { isolation, metrics }

  /** Wherever a session is ended or a workspace stops, their sockets are closed in every copy. */
  async function endConnections(): Promise<void> {
    const end = guarded(endWhatIsOver, (error) => log.error({ err: error }, 'what has ended was not closed'))
    for await (const item of feed.subscribe(undefined, following.signal)) if (!('gap' in item)) end(item.event)
  }

  async function endWhatIsOver(event: DomainEvent): Promise<void> {
    if (event.type === 'identity.token-ended') sockets.endCredential(event.tokenId)
    if (event.type === 'workspaces.changed') {
      const { id, state } = event.workspace
      // One that is being stopped still has to say what it has to say.
      if (state !== 'running' && state !== 'stopping') gateway.endWorkspace(id)
    }
    if (event.type === 'identity.session-ended') {
      sessions.forget(event.sessionId)
      gateway.endSession(event.sessionId)
      sockets.endCredential(event.sessionId)
    }
    if (event.type === 'teams.changed') {
      await Promise.all(
        event.userIds.flatMap((userId) => [gateway.recheck(userId), exec.recheck(userId), here.recheck(userId)]),
      )
    }
  }

  function measure(): void {
    new Gauge({
      name: 'arcx_disk_free_bytes',
      help: 'Free bytes where arcx keeps something.',
      labelNames: ['place'],
      registers: [metrics],
      collect() {
        for (const { name, freeBytes } of disk.state.rooms) this.set({ place: name }, freeBytes)
      },
    })
    new Gauge({
      name: 'arcx_workspaces_known_count',
      help: 'Workspaces by state.',
      labelNames: ['state'],
      registers: [metrics],
      async collect() {
        this.reset()
        // While the database is away, the other figures are worth all the more.
        for (const { state, count } of await store.countByState().catch(() => [])) this.set({ state }, count)
      },
    })
    new Gauge({
      name: 'arcx_gateway_connections_open_count',
      help: 'Open connections to workspaces.',
      registers: [metrics],
      collect() {
        this.set(gateway.openConnections)
      },
    })
    new Gauge({
      name: 'arcx_exec_streams_open_count',
      help: 'Programs and forwarded connections open in workspaces.',
      registers: [metrics],
      collect() {
        this.set(exec.count)
      },
    })
    new Gauge({
      name: 'arcx_http_sockets_open_count',
      help: 'Open WebSockets of the router.',
      registers: [metrics],
      collect() {
        this.set(sockets.count)
      },
    })
  }
}
