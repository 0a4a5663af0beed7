import { createSecretKey } from 'node:crypto'
import { openChannel } from '@arcx/service-kit/channel'
import { TrustedProxies } from '@arcx/service-kit/connections/client-address'
import { DiskWatch } from '@arcx/service-kit/disk'
import { serviceDependency } from '@arcx/service-kit/health'
import type { Log } from '@arcx/service-kit/log'
import { createMetrics } from '@arcx/service-kit/metrics'
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
import { Limits } from './authorization/limits.ts'
import { Collab } from './collab/collab.ts'
import type { OrchestratorConfig } from './config.ts'
import { openBilling } from './billing/module.ts'
import { noticeOfBilling } from './billing/notice.ts'
import { openCodes } from './credentials/module.ts'
import { deriveKey } from './credentials/signing.ts'
import type { Purpose } from './credentials/signing.ts'
import { openDatabases } from './database.ts'
import { Disk } from './disk/disk.ts'
import { openEgress } from './egress/module.ts'
import { EntryCodes } from './entry/entry-codes.ts'
import { openEventPublishing, openEventWebhooks } from './event-webhooks/module.ts'
import { noticeByMail } from './event-webhooks/notice.ts'
import { openEvents } from './events/module.ts'
import { Exec } from './exec/exec.ts'
import { Gateway } from './gateway/gateway.ts'
import { openGitHub } from './github/module.ts'
import { endRevokedSignIns } from './github/revoked.ts'
import { FileHistory } from './history/history.ts'
import { HistoryStore } from './history/store.ts'
import { openHttp } from './http/module.ts'
import { openIdentity } from './identity/module.ts'
import { inviteHash } from './identity/sign-up.ts'
import { Jobs } from './jobs/jobs.ts'
import { openMail } from './mail/module.ts'
import { measure } from './metrics.ts'
import { openPresence } from './presence/module.ts'
import { closeWhatIsRevoked } from './revocations.ts'
import { openDockerNode } from './runtime/docker/node.ts'
import type { DockerNodeSettings } from './runtime/docker/node.ts'
import { idePort } from './runtime/inside.ts'
import { singleNode } from './runtime/node.ts'
import { ProxyClient } from './runtime/proxy-client.ts'
import { WorkspaceRuntime } from './runtime/runtime.ts'
import { supervisorKeys } from './runtime/supervisor-keys.ts'
import { openSecrets } from './secrets/module.ts'
import { openTeams } from './teams/module.ts'
import { TierStore } from './tiers/store.ts'
import { Tiers } from './tiers/tiers.ts'
import { openUnitOfWork } from './unit-of-work/unit-of-work.ts'
import { WebhookStore } from './webhooks/store.ts'
import { Webhooks } from './webhooks/webhooks.ts'
import { openUsage } from './usage/module.ts'
import { noticeOfBudgets } from './usage/notice.ts'
import { noticeOfWorkflows } from './workflows/notices.ts'
import { openWorkflows } from './workflows/module.ts'
import { openWorkspaces } from './workspaces/module.ts'
import { WorkspaceStore } from './workspaces/store.ts'

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

/** From the bottom up: each takes what stands above it here. What has to be closed is closed in the opposite order. */
async function start(
  config: OrchestratorConfig,
  webRoot: string,
  log: Log,
  shutdown: Shutdown,
): Promise<Pick<Orchestrator, 'isolation' | 'metrics'>> {
  const addresses = new Addresses(config.publicUrl, config.workspaceDomain, config.ARC_PORT)
  const { publicOrigin } = addresses
  const metrics = createMetrics('orchestrator', log)
  const proxies = new TrustedProxies(config.trustedProxies)
  const keyFor = (purpose: Purpose) => deriveKey(config.ARC_ADMIN_TOKEN, purpose)
  const throughProxy = config.ARC_EGRESS === 'proxy'

  const keyOf = supervisorKeys(keyFor('supervisor'))
  const { node, connection, isolation, trial, directories } = await openDockerNode(dockerSettingsOf(config), keyOf, log)
  const disk = new DiskWatch({ directories, reserveBytes: config.ARC_DISK_RESERVE_BYTES, log })
  shutdown.add('disk watch', () => disk.close())

  const databases = openDatabases(config.DATABASE_URL, log)
  shutdown.add('databases', () => databases.close())
  const { database, background } = databases
  const events = await openEvents({ database, natsUrl: config.NATS_URL, deployment: config.ARC_DEPLOYMENT, log })
  shutdown.add('events', () => events.close())
  const { bus, feed, onEvents } = events
  const unitOfWork = openUnitOfWork(database, onEvents)
  const backgroundWork = openUnitOfWork(background, onEvents)
  const channel = await openChannel(config.NATS_URL, log)
  shutdown.add('channel', () => channel.close())
  const jobs = await Jobs.open(config.DATABASE_URL, log)
  shutdown.add('jobs', () => jobs.close())
  const publish = openEventPublishing(database, jobs)
  const mail = openMail({ database, unitOfWork, jobs, publicOrigin, settings: config.mail })
  const codes = openCodes(database, jobs)
  const keys = { current: config.ARC_SECRETS_KEY, former: config.ARC_SECRETS_KEY_FORMER }
  const audit = new AuditTrail(new AuditStore(database))
  const authorization = new Authorization({ unitOfWork, limits: new Limits(), log })
  shutdown.add('authorization', () => authorization.close())

  const runtime = new WorkspaceRuntime({
    nodes: singleNode(node),
    connection,
    keyOf,
    egress: throughProxy ? new ProxyClient(config.ARC_PROXY_URL, config.ARC_INTERNAL_TOKEN) : null,
    tcpPort: config.ARC_EDGE === 'traefik' ? idePort : null,
    log,
  })
  shutdown.add('runtime', () => runtime.close())

  const tiers = new Tiers(new TierStore(database), unitOfWork)
  if (config.billing === null) await tiers.keepPaid()
  const team = openTeams({
    database,
    unitOfWork,
    feed,
    jobs,
    publish,
    mail,
    publicOrigin,
    mostMembers: (unit, teamId) => tiers.mostMembers(unit, teamId),
  })
  const { memberships, teams } = team

  const store = new WorkspaceStore(database)
  const { egress, owners } = openEgress({
    database,
    unitOfWork,
    channel,
    teamsOf: (userId) => memberships.of(userId),
    workspaceOf: (id) => store.byId(id),
  })
  const secrets = await openSecrets({ database, unitOfWork, owners, keys, log })
  const eventWebhooks = await openEventWebhooks({
    database,
    unitOfWork,
    owners,
    jobs,
    keys,
    exempt: config.ARC_EVENT_WEBHOOK_EXEMPT ?? [],
    noticeOff: noticeByMail(mail.enqueue),
    log,
  })
  const { usage, budgets, repeatSampling } = openUsage({
    database,
    unitOfWork,
    backgroundWork,
    jobs,
    teamsOf: (userId) => memberships.of(userId),
    noticeBudget: noticeOfBudgets(publish, mail.enqueue),
    statsOf: (workspaceId, incarnation) => runtime.stats({ workspaceId, incarnation }),
  })
  const workspace = await openWorkspaces({
    database,
    store,
    unitOfWork,
    backgroundWork,
    publish,
    feed,
    runtime,
    disk,
    memberships,
    log,
    idleTimeoutSeconds: config.ARC_IDLE_TIMEOUT_SECONDS,
    diskLimitBytes: config.ARC_WORKSPACE_DISK_BYTES,
    limitsOf: (unit, tier) => tiers.limitsOf(unit, tier),
    requireBudget: (unit, owner) => budgets.require(unit, owner),
    urlOf: (name) => addresses.workspaceOrigin(name),
    environmentOf: (row) => secrets.environmentOf(row),
  })
  shutdown.add('workspaces', () => workspace.close())
  const { workspaces, admission, accessOf, factsOf, onActivity } = workspace

  const webhooks = new Webhooks({ store: new WebhookStore(database), unitOfWork, jobs })
  const github = await openGitHub({
    database,
    unitOfWork,
    codes,
    jobs,
    webhooks,
    secrets,
    keys,
    publicOrigin,
    gitHubUrl: config.gitHubUrl,
    log,
  })
  const identities = openIdentity({
    database,
    unitOfWork,
    backgroundWork,
    codes,
    jobs,
    publicOrigin,
    keys: { session: keyFor('session'), grant: keyFor('github grant') },
    github: config.github,
    gitHubApp: () => github.signIn(),
    githubRecheckSeconds: config.ARC_GITHUB_RECHECK_SECONDS,
    localSignIn: config.localSignIn,
    signupMode: config.ARC_SIGNUP_MODE,
    log,
    takeTeamInvite: team.takeInvite,
    departTeams: team.depart,
    workspaces,
    recordOf: (actorId) => audit.all({ actorId }),
  })
  shutdown.add('identity', () => identities.close())
  const { identity, sessions, tokens, programs, account, principalOf, shutOut } = identities

  repeatSampling((owner) =>
    workspace.stopAllOf({ kind: 'service', service: 'usage' }, 'teamId' in owner ? owner : { ownerId: owner.personId }),
  )
  const { billing, membersChanged } = openBilling({
    database,
    unitOfWork,
    jobs,
    webhooks,
    tiers,
    settings: config.billing,
    notice: noticeOfBilling(mail.enqueue),
    publicOrigin,
    teamsOf: (userId) => memberships.of(userId),
    stopExcess: (owner) => workspace.stopExcess({ kind: 'service', service: 'billing' }, owner),
  })
  team.onMembersChanged(membersChanged)
  endRevokedSignIns(webhooks, (githubId) => identities.gitHubRevoked(githubId))
  const workflow = openWorkflows({
    database,
    unitOfWork,
    jobs,
    feed,
    memberships,
    webhooks,
    workspaces,
    runtime,
    onActivity,
    notice: noticeOfWorkflows(publish, mail.enqueue),
    publicOrigin,
    log,
  })
  shutdown.add('workflows', () => workflow.close())
  const admin = new Admin({
    store: new AdminStore(database),
    unitOfWork,
    publicOrigin,
    hashInvite: inviteHash,
    workspaces,
    webhooks,
    tiers,
    factsOf,
    shutOut,
    onAccountsChanged: () => sessions.forget(),
  })
  const announcements = new Announcements(new AnnouncementStore(database), unitOfWork)
  const tickets = new Tickets(config.ARC_INTERNAL_TOKEN)
  const collab = new Collab({ tickets, url: config.ARC_COLLAB_URL, workspaces, principalOf, accessOf })
  const history = new FileHistory({ store: new HistoryStore(database), unitOfWork, workspaces, runtime })
  const presences = openPresence({ channel, feed, workspaces, teams, accessOf, log })
  shutdown.add('presence', () => presences.close())
  const { presence } = presences
  const exec = new Exec({ authorization, workspaces, runtime, connection, presence, onActivity, log })

  const entryCodes = new EntryCodes(codes)
  const gateway = new Gateway({
    addresses,
    key: createSecretKey(keyFor('workspace session')),
    sessions,
    admission,
    entryCodes,
    connection,
    collab,
    collabUrl: config.ARC_COLLAB_URL,
    proxies,
    log,
  })
  shutdown.add('gateway', () => gateway.close())

  const http = await openHttp({
    addresses,
    proxies,
    ports: {
      account,
      admin,
      announcements,
      audit,
      authorization,
      billing,
      collab,
      disk: new Disk(disk),
      egress,
      eventWebhooks,
      githubApp: github.port,
      history,
      identity,
      mail,
      presence,
      programs,
      secrets,
      teamInvites: team.invitations,
      teams,
      tiers,
      tokens,
      usage,
      workflows: workflow.workflows,
      workspaces,
    },
    identities,
    admission,
    workspaceHosts: gateway,
    entryCodes,
    exec,
    webhooks,
    webhookSecrets: async (source) =>
      source === 'github'
        ? [...config.webhookSecrets.github, ...(await github.webhookSecrets())]
        : config.webhookSecrets.stripe,
    gitHubSetUp: github.setUp,
    workflowStarts: workflow.starts,
    unitOfWork,
    adminToken: config.ARC_ADMIN_TOKEN,
    internalToken: config.ARC_INTERNAL_TOKEN,
    localSignIn: config.localSignIn,
    checks: [
      { name: 'database', check: () => databases.check() },
      { name: 'bus', check: () => bus.check() },
      { name: 'engine', check: () => runtime.check() },
      { name: 'disk', check: () => disk.check() },
      ...(throughProxy ? [serviceDependency('arc-proxy', config.ARC_PROXY_URL)] : []),
      serviceDependency('team-state', config.ARC_COLLAB_URL),
    ],
    most: { each: config.ARC_CONNECTIONS_PER_ADDRESS, inAll: config.ARC_CONNECTIONS },
    webRoot,
    metrics,
    log,
  })
  shutdown.add('http', () => http.close())
  const { sockets } = http
  const revocations = closeWhatIsRevoked({ feed, sessions, gateway, sockets, exec, presence, log })
  shutdown.add('revocations', () => revocations.close())
  measure(metrics, {
    disk,
    workspacesByState: () => store.countByState(),
    gatewayConnections: () => gateway.openConnections,
    execStreams: () => exec.count,
    sockets: () => sockets.count,
  })

  // Nothing of a workspace runs before its walls have been tried.
  await trial
  await workspace.start()
  team.handleRemoval((actor, teamId) => workspaces.removeAllOf(actor, { teamId }))
  await jobs.start()
  await Promise.all([team.resumeRemovals(), account.resumeRemovals()])
  await http.listen(config.ARC_LISTEN, config.ARC_PORT)
  log.info({ origin: publicOrigin, isolation, egress: config.ARC_EGRESS }, 'ready')
  return { isolation, metrics }
}

const dockerSettingsOf = (config: OrchestratorConfig): DockerNodeSettings => ({
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
})
