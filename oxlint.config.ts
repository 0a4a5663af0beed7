import { defineConfig } from 'oxlint'
import type { DummyRuleMap } from 'oxlint'

interface Ban {
  readonly regex: string
  readonly message: string
  readonly allowTypeImports?: boolean
}

const rule = (...patterns: Ban[]): DummyRuleMap => ({ 'no-restricted-imports': ['error', { patterns }] })

/** Each outside system has one place that knows it. */
const docker: Ban = { regex: '^dockerode$', message: 'Only server/runtime/docker knows Docker.' }
const stripe: Ban = {
  regex: '^stripe$',
  message: 'Only server/billing asks Stripe, and server/webhooks checks its signatures.',
}
const nats: Ban = { regex: '^@nats-io/', message: 'Only service-kit/bus knows NATS.' }
const sql: Ban = {
  regex: '^(pg|@prisma/.*|@arcx/prisma)(/|$)|/unit-of-work/transaction\\.ts$',
  message: 'Only prisma/ and the capabilities’ stores (*store.ts) ask the database.',
}

const ours = (names: string): string => `^@arcx/(${names})(/|$)`
const outOfServices: Ban = {
  regex: ours('launch|testing|web|e2e'),
  message: 'A service imports router, service-kit, presence and prisma alone.',
}
const outOfPackage: Ban = { regex: '^(\\.\\./){2}', message: 'Another package is imported by its name.' }

/** What a folder of `server/` may take from its neighbours, beyond the foundations. */
const capability = (message: string, others: string): Ban => ({ regex: `^\\.\\./(${others})/`, message })
const service = [nats, outOfServices, outOfPackage]

/** Of the files of folders, the stores alone ask the database. */
const withStores = (folders: string, ...patterns: Ban[]) => [
  { files: [`${folders}/*.ts`], rules: rule(sql, ...patterns) },
  // What a capability is put together from is handed on there.
  { files: [`${folders}/{*store,module}.ts`], rules: rule(...patterns) },
]

/** The folders of `proxy/egress/`, lowest first: each takes from those below it alone. */
const egressLayers = [
  ['policy'],
  ['tenants', 'streams', 'content-coding', 'upstream'],
  ['records'],
  ['detection'],
  ['request'],
  ['response'],
  ['websocket'],
]
const egressOverrides = egressLayers.flatMap((layer, index) =>
  layer.map((folder) => ({
    files: [`proxy/egress/${folder}/*.ts`],
    rules: rule(
      docker,
      sql,
      nats,
      outOfServices,
      { regex: '^(\\.\\./){3}', message: 'Another package is imported by its name.' },
      {
        regex: '^\\.\\./\\.\\./(entrance/|(config|main|service)\\.ts$)',
        message: 'Of the rest of arc-proxy, egress knows replace and the store alone.',
      },
      {
        regex: `^\\.\\./(${egressLayers.slice(index).flat().join('|')})/`,
        message: 'A folder of egress takes from those below it alone.',
      },
    ),
  })),
)

export default defineConfig({
  plugins: ['typescript', 'import', 'react', 'unicorn', 'promise'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  env: { node: true, es2024: true },
  ignorePatterns: ['**/dist', 'prisma/client', '.arcx', 'node_modules'],
  rules: {
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'import/no-cycle': 'error',
    eqeqeq: 'error',
    // Steps that must follow one another are awaited in loops here.
    'no-await-in-loop': 'off',
    'react/react-in-jsx-scope': 'off',
    'import/no-unassigned-import': 'off',
    'no-shadow': 'off',
    // A gauge of prom-client registers itself; pg is CommonJS, whose default export is the documented one.
    'no-new': 'off',
    'import/no-named-as-default-member': 'off',
    // Control characters in a URL are just what is looked for.
    'no-control-regex': 'off',
    // An effect may depend on more than it reads: it is to run again when that changes.
    'react/exhaustive-effect-dependencies': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-sort': 'off',
    'promise/always-return': 'off',
    'promise/no-multiple-resolved': 'off',
    'react/no-unstable-nested-components': 'off',
    ...rule(docker, nats, sql),
  },
  overrides: [
    {
      files: ['router/*.ts'],
      rules: rule(docker, nats, sql, { regex: '^(\\.\\./|@arcx/)', message: 'The contract imports nothing of ours.' }),
    },
    {
      files: ['router/*/*.ts'],
      rules: rule(docker, nats, sql, {
        regex: '^(\\.\\./\\.\\./|@arcx/)',
        message: 'The contract imports nothing of ours.',
      }),
    },
    {
      files: ['web/**', 'workspace/**', 'desktop/**'],
      rules: rule(
        docker,
        nats,
        sql,
        {
          regex: ours('server|prisma|service-kit|presence|launch|testing|desktop|web'),
          message: 'A client knows the contract alone.',
        },
        {
          regex: ours('router'),
          message: 'A client takes types alone from the contract.',
          allowTypeImports: true,
        },
      ),
    },
    {
      files: ['cli/**'],
      rules: rule(
        docker,
        nats,
        sql,
        {
          regex: ours('server|prisma|service-kit|presence|launch|testing|web'),
          message: 'A client knows the contract alone.',
        },
        {
          regex: '^@arcx/router$',
          message: 'A client takes types alone from the contract.',
          allowTypeImports: true,
        },
      ),
    },
    { files: ['proxy/**', 'collab/**'], rules: rule(docker, sql, ...service) },
    { files: ['{proxy,collab}/service.ts', 'proxy/store.ts'], rules: rule(docker, ...service) },
    { files: ['collab/documents/*store.ts'], rules: rule(docker, ...service) },
    {
      files: ['proxy/replace/*.ts'],
      rules: rule(docker, sql, ...service, { regex: '^\\.\\./', message: 'The search for values knows nothing else.' }),
    },
    {
      files: ['proxy/egress/*.ts'],
      rules: rule(docker, sql, ...service, {
        regex: '^\\.\\./entrance/',
        message: 'Requests come in above: egress knows not by which way.',
      }),
    },
    ...egressOverrides,
    {
      files: ['service-kit/**'],
      rules: rule(docker, sql, {
        regex: ours('server|collab|proxy|presence|prisma|launch|testing'),
        message: 'service-kit stands below.',
      }),
    },
    {
      files: ['presence/**'],
      rules: rule(docker, nats, sql, {
        regex: ours('server|collab|proxy|prisma|launch|testing'),
        message: 'Presence stands below the services that tell of it.',
      }),
    },
    {
      files: ['prisma/**'],
      rules: rule(docker, nats, {
        regex: ours('server|service-kit|launch|testing'),
        message: 'The database stands below.',
      }),
    },
    { files: ['server/{orchestrator,database}.ts'], rules: rule(docker, nats, outOfServices) },
    ...withStores('server/*', docker, stripe, ...service, {
      regex: '^\\.\\./runtime/([^p]|p[^o])',
      message: 'Only the runtime’s port.',
    }),
    { files: ['server/billing/stripe.ts', 'server/webhooks/signatures*.ts'], rules: rule(docker, sql, ...service) },
    {
      files: ['server/runtime/*.ts'],
      rules: rule(
        docker,
        sql,
        ...service,
        capability('The runtime knows of containers alone.', 'workspaces|identity|gateway|http|events|credentials'),
        { regex: '^\\./docker/', message: 'The ports, and what stands on them, know no implementation.' },
        { regex: '^node:fs', message: 'What is kept of a workspace is behind a port.' },
      ),
    },
    {
      files: ['server/runtime/docker/*.ts'],
      rules: rule(
        sql,
        nats,
        outOfServices,
        { regex: '^(\\.\\./){2}', message: 'An implementation takes the ports, and nothing else of the server.' },
        { regex: '^\\.\\./(runtime|egress-door)\\.ts$', message: 'An implementation stands below the runtime.' },
      ),
    },
    ...withStores(
      'server/workspaces',
      docker,
      ...service,
      capability('A capability takes another’s port.', 'identity|teams|gateway|http'),
      { regex: '^\\.\\./runtime/([^p]|p[^o])', message: 'Only the runtime’s port.' },
    ),
    {
      files: ['server/gateway/*.ts'],
      rules: rule(
        docker,
        sql,
        ...service,
        capability('What the gateway needs is handed to it.', 'identity|teams|workspaces|runtime|http'),
      ),
    },
    {
      files: ['server/http/*.ts'],
      rules: rule(
        docker,
        sql,
        ...service,
        capability('The edge hands workspaces’ hosts to their port, in entry/.', 'gateway'),
        { regex: '^\\.\\./runtime/([^p]|p[^o])', message: 'Only the runtime’s port.' },
      ),
    },
    {
      files: ['server/{browser,entry}/*.ts'],
      rules: rule(
        docker,
        sql,
        ...service,
        capability(
          'What edge and gateway share stands on credentials alone.',
          'identity|teams|workspaces|gateway|http|runtime|authorization|exec',
        ),
      ),
    },
    ...withStores(
      'server/{identity,admin,announcements,egress,secrets,teams}',
      docker,
      ...service,
      capability('A capability takes another’s port.', 'workspaces|gateway|http|runtime|admin'),
    ),
    ...withStores(
      'server/{authorization,credentials}',
      docker,
      ...service,
      capability('The foundations stand below the capabilities.', 'identity|workspaces|gateway|http|runtime'),
    ),
    ...withStores(
      'server/{audit,events}',
      docker,
      ...service,
      capability(
        'What a unit of work writes stands below it.',
        'identity|workspaces|gateway|http|runtime|unit-of-work',
      ),
    ),
    {
      files: ['server/unit-of-work/*.ts'],
      rules: rule(
        docker,
        ...service,
        capability('The foundations stand below the capabilities.', 'identity|workspaces|gateway|http|runtime'),
      ),
    },
    {
      files: [
        'desktop/{app,accounts,connection,cache,crashes,deep-links,navigation,tabs,news,storage,tray,windows,updates}/*.ts',
      ],
      rules: rule(
        docker,
        nats,
        sql,
        { regex: '^electron($|-updater)', message: 'What the app decides knows nothing of Electron.' },
        {
          regex: ours('server|prisma|service-kit|presence|launch|testing|web'),
          message: 'A client knows the contract alone.',
        },
        { regex: ours('router'), message: 'A client takes types alone from the contract.', allowTypeImports: true },
      ),
    },
    {
      files: ['desktop-contract/**'],
      rules: rule(
        docker,
        nats,
        sql,
        { regex: '^electron($|-updater)', message: 'What is said is no matter of Electron’s.' },
        { regex: '^(\\.\\./|@arcx/)', message: 'What pages and main process say imports nothing of ours.' },
      ),
    },
    { files: ['launch/**'], rules: rule(nats) },
    {
      files: ['testing/**', 'e2e/**', 'bench/**', '**/*.test.ts', '*.config.ts'],
      rules: { 'no-restricted-imports': 'off' },
    },
  ],
})
