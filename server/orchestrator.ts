import { checkDatabase, openPool, openPrisma } from '@arcx/prisma'
import { openChannel } from '@arcx/service-kit/channel'
import { TrustedProxies } from '@arcx/service-kit/connections/client-address'
import { DiskWatch } from '@arcx/service-kit/disk'
import { Envelopes } from '@arcx/service-kit/envelopes'
import { serviceDependency } from '@arcx/service-kit/health'
import type { Log } from '@arcx/service-kit/log'
import { createMetrics } from '@arcx/service-kit/metrics'
import { Presence } from '@arcx/presence/presence'
import { startService } from '@arcx/service-kit/service'
import type { Service } from '@arcx/service-kit/service'
import type { Shutdown } from '@arcx/service-kit/shutdown'
import { Tickets } from '@arcx/router/collab-ticket'
import { Addresses } from './addresses.ts'
import { Admin } from './admin/admin.ts'
import { AdminStore } from './admin/store.ts'
import { Announcements } from './announcements/announcements.ts'
import { AnnouncementStore } from './announcements/store.ts'
import { AuditStore } from './audit/store.ts'
import { AuditTrail } from './audit/trail.ts'
import { Authorization } from './authorization/authorization.ts'
import { rightsTo } from './authorization/checks.ts'
import { Collab } from './collab/collab.ts'
import type { OrchestratorConfig } from './config.ts'
import { Codes } from './credentials/codes.ts'
import { deriveKey } from './credentials/signing.ts'
import { CodeStore } from './credentials/store.ts'
import { Disk } from './disk/disk.ts'
import { Egress } from './egress/egress.ts'
import { Owners } from './egress/owners.ts'
import { EgressStore } from './egress/store.ts'
import { watchRecords } from './egress/watch-records.ts'
import { openEvents } from './events/module.ts'
import { Exec } from './exec/exec.ts'
import { EntryCodes } from './entry/entry-codes.ts'
import { Gateway } from './gateway/gateway.ts'
import { FileHistory } from './history/history.ts'
import { HistoryStore } from './history/store.ts'
import { Actors } from './http/actors.ts'
import { createEdge } from './http/app.ts'
import { Limits } from './http/limits.ts'
import { addRoutes } from './http/routes.ts'
import { attachSockets } from './http/sockets.ts'
import { WrongCredentials } from './http/wrong-credentials.ts'
import { openIdentity } from './identity/module.ts'
import { inviteHash } from './identity/sign-up.ts'
import { measure } from './metrics.ts'
import { PresenceService } from './presence/presence-service.ts'
import { closeWhatIsRevoked } from './revocations.ts'
import { openDockerNode } from './runtime/docker/node.ts'
import { ProxyClient } from './runtime/proxy-client.ts'
import { idePort } from './runtime/inside.ts'
import { singleNode } from './runtime/node.ts'
import { WorkspaceRuntime } from './runtime/runtime.ts'
import { supervisorKeys } from './runtime/supervisor-keys.ts'
import { Secrets } from './secrets/secrets.ts'
import { SecretStore } from './secrets/store.ts'
import { openTeams } from './teams/module.ts'
import { openWorkspaces } from './workspaces/module.ts'
import { WorkspaceStore } from './workspaces/store.ts'

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
  const database = openPrisma(pool)
  const backgroundPool = openPool(config.DATABASE_URL, onConnectionError, { work: 'background', maxConnections: 2 })
  shutdown.add('database for background work', () => backgroundPool.end())
  const background = openPrisma(backgroundPool, 'background')
  const events = await openEvents({
    database,
    background,
    natsUrl: config.NATS_URL,
    deployment: config.ARC_DEPLOYMENT,
    log,
  })
  shutdown.add('events', () => events.close())
  const { bus, feed, unitOfWork, backgroundWork } = events
  const channel = await openChannel(config.NATS_URL, log)
  shutdown.add('channel', () => channel.close())
  const following = new AbortController()
  shutdown.add('followers', () => following.abort())
  const codes = new Codes(new CodeStore(database))
  const audit = new AuditTrail(new AuditStore(database))

  const runtime = new WorkspaceRuntime({
    nodes: singleNode(node),
    connection,
    keyOf,
    egress: config.ARC_EGRESS === 'proxy' ? new ProxyClient(config.ARC_PROXY_URL, config.ARC_INTERNAL_TOKEN) : null,
    tcpPort: config.ARC_EDGE === 'traefik' ? idePort : null,
    log,
  })
  shutdown.add('runtime', () => runtime.close())
  const { publicOrigin } = addresses
  const team = openTeams({ database, unitOfWork, feed, publicOrigin, log })
  shutdown.add('teams', () => team.close())
  const { memberships } = team

  const workspaceStore = new WorkspaceStore(database)
  const owners = new Owners({
    teamsOf: (userId) => memberships.of(userId),
    workspaceOf: (id) => workspaceStore.byId(id),
  })
  const secrets = new Secrets({
    store: new SecretStore(database),
    unitOfWork,
    envelopes: new Envelopes(config.ARC_SECRETS_KEY, config.ARC_SECRETS_KEY_FORMER),
    owners,
  })
  const renewed = await secrets.renewSeals()
  if (renewed > 0) log.info({ renewed }, 'secrets are sealed under the current key')
  const egress = new Egress(new EgressStore(database), unitOfWork, owners, (workspaceId, hear) =>
    watchRecords(channel, workspaceId, hear),
  )
  const workspace = await openWorkspaces({
    database,
    store: workspaceStore,
    unitOfWork,
    backgroundWork,
    feed,
    runtime,
    disk,
    memberships,
    log,
    idleTimeoutSeconds: config.ARC_IDLE_TIMEOUT_SECONDS,
    diskLimitBytes: config.ARC_WORKSPACE_DISK_BYTES,
    urlOf: (name) => addresses.workspaceOrigin(name),
    environmentOf: (row) => secrets.environmentOf(row),
  })
  shutdown.add('workspaces', () => workspace.close())
  const { workspaces, admission, presenter } = workspace

  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret, GITHUB_URL: url } = config
  const identities = openIdentity({
    database,
    unitOfWork,
    backgroundWork,
    codes,
    publicOrigin,
    keys: {
      session: deriveKey(config.ARC_ADMIN_TOKEN, 'session'),
      grant: deriveKey(config.ARC_ADMIN_TOKEN, 'github grant'),
    },
    github: clientId === undefined || clientSecret === undefined ? null : { clientId, clientSecret, url },
    githubRecheckSeconds: config.ARC_GITHUB_RECHECK_SECONDS,
    localSignIn: config.localSignIn,
    signupMode: config.ARC_SIGNUP_MODE,
    log,
    takeTeamInvite: (unit, code, login) => team.takeInvite(unit, code, login),
    departTeams: (unit, userId) => team.depart(unit, userId),
    workspaces,
    recordOf: (actorId) => audit.all({ actorId }),
  })
  shutdown.add('identity', () => identities.close())
  const { identity, sessions, tokens, programs, account } = identities
  const admin = new Admin({
    store: new AdminStore(database),
    unitOfWork,
    publicOrigin,
    hashInvite: inviteHash,
    drive: (actor, id, operation) => workspaces.drive(actor, id, operation),
    factsOf: async (ids) => (await workspaceStore.byIds(ids)).map((row) => presenter.present(row)),
    shutOut: (unit, userId) => identities.shutOut(unit, userId),
    onAccountsChanged: () => sessions.forget(),
  })

  const collab = new Collab({
    tickets: new Tickets(config.ARC_INTERNAL_TOKEN),
    url: config.ARC_COLLAB_URL,
    workspaceOf: (actor, id) => workspaces.get(actor, id),
    async accessOf({ userId, workspaceId, by }) {
      const [row, visitor] = await Promise.all([
        workspaceStore.byId(workspaceId),
        by.via === 'session' ? sessions.personOfSession(by.id) : tokens.visitorOf(by.id),
      ])
      if (row === undefined || visitor?.userId !== userId || visitor.status !== 'active')
        return { may: [], teamId: null }
      return {
        may: rightsTo({ ...visitor, teams: await memberships.of(userId) }, row),
        teamId: presenter.present(row).teamId,
      }
    },
  })
  const history = new FileHistory({
    store: new HistoryStore(database),
    unitOfWork,
    workspaceOf: (actor, id) => workspaces.get(actor, id),
    runningOf: (actor, id) => workspaces.running(actor, id),
    run: (container, request) => runtime.exec(container, request),
  })
  const registry = new Presence(channel, log)
  shutdown.add('presence', () => registry.close())
  const presence = new PresenceService({
    presence: registry,
    feed,
    workspaceOf: (actor, id) => workspaces.get(actor, id),
    async mayOf(userId, id) {
      const row = await workspaceStore.byId(id)
      return row === undefined ? [] : rightsTo({ via: 'session', userId, teams: await memberships.of(userId) }, row)
    },
    membersOf: (actor, id) => team.teams.membersOf(actor, id),
  })
  shutdown.add('presence leases', () => presence.close())
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
    announcements: new Announcements(new AnnouncementStore(database), unitOfWork),
    audit,
    identity,
    authorization,
    presence,
    programs,
    teamInvites: team.invitations,
    teams: team.teams,
    tokens,
    workspaces,
  }

  const entryCodes = new EntryCodes(codes)
  const gateway = new Gateway({
    addresses,
    key: deriveKey(config.ARC_ADMIN_TOKEN, 'workspace session'),
    personOfSession: (sessionId) => sessions.personOfSession(sessionId),
    admit: (person, name) => admission.admit(person, name),
    whereabouts: (person, workspaceId) => admission.whereabouts(person, workspaceId),
    entryCodes,
    dial: (workspaceId) => connection.dialIde(workspaceId),
    ticketFor: (person, workspaceId) => collab.ticketFor(person, workspaceId),
    collabUrl: config.ARC_COLLAB_URL,
    clientOf: (request) => proxies.clientOf(request),
    log,
  })
  shutdown.add('gateway', () => gateway.close())
  const exec = new Exec({
    log,
    enter: (actor, name, purpose) =>
      authorization.perform({ path: `UPGRADE /${purpose}`, actor, origin: actor, input: async () => ({ name }) }, () =>
        workspaces.enter(actor, name, purpose),
      ),
    stillMay: (actor, name) => workspaces.requireExec(actor, name),
    run: (container, request) => runtime.exec(container, request),
    dial: (container, port) => connection.dialPort(container, port),
    onWork: (actor, id) => presence.atWork(actor, id),
    onActivity: (id) => workspace.onActivity(id),
  })

  const wrongCredentials = new WrongCredentials(unitOfWork, log)
  shutdown.add('wrong credentials', () => wrongCredentials.close())
  const actors = new Actors(sessions, tokens, config.ARC_ADMIN_TOKEN, addresses.secure, wrongCredentials)
  const edge = await createEdge({
    addresses,
    actors,
    ports,
    workspaceHosts: gateway,
    checks: [
      { name: 'database', check: () => checkDatabase(database) },
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
    workspaceHosts: gateway,
    entryCodes,
  })
  const sockets = attachSockets({
    server: edge.server,
    addresses,
    proxies,
    workspaceHosts: gateway,
    actors,
    ports,
    exec,
    log,
  })
  void closeWhatIsRevoked({ feed, sessions, gateway, sockets, exec, presence, log }, following.signal).catch(
    (error: unknown) => log.error({ err: error }, 'what has ended is not closed any more'),
  )
  measure(metrics, {
    disk,
    workspacesByState: () => workspaceStore.countByState(),
    gatewayConnections: () => gateway.openConnections,
    execStreams: () => exec.count,
    sockets: () => sockets.count,
  })

  // Nothing of a workspace runs before its walls have been tried.
  await trial
  await workspace.start()
  team.start((actor, teamId) => workspaces.removeAllOf(actor, { teamId }))
  const codeSweep = setInterval(
    () => void codes.sweep().catch((error: unknown) => log.warn({ err: error }, 'old codes stay')),
    codeSweepMs,
  )
  shutdown.add('code sweep', () => clearInterval(codeSweep))

  await edge.app.listen({ host: config.ARC_LISTEN, port: config.ARC_PORT })
  shutdown.add('http', () => edge.app.close())
  shutdown.add('sockets', () => sockets.close())
  log.info({ origin: publicOrigin, isolation, egress: config.ARC_EGRESS }, 'ready')
  return { isolation, metrics }
}
