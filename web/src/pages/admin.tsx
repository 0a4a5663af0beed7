import { Tabs } from '@base-ui/react/tabs'
import { i18n } from '@lingui/core'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { buttonClass } from '../interface/button.tsx'
import { adminTabs } from '../admin/tabs.ts'
import type { AdminTab } from '../admin/tabs.ts'
import { Frame } from '../interface/frame.tsx'
import { trpc } from '../server/client.ts'
import { AnnouncementsDesk } from '../admin/announcements.tsx'
import { AuditLog } from '../admin/audit-log.tsx'
import { GitHubApp } from '../admin/github-app.tsx'
import { Invitations } from '../admin/invitations.tsx'
import { MailDesk } from '../admin/mail.tsx'
import { Overview } from '../admin/overview.tsx'
import { People } from '../admin/people.tsx'
import { Plans } from '../admin/plans.tsx'
import { EverybodysUsage } from '../admin/usage.tsx'
import { WebhookDeliveries } from '../admin/webhooks.tsx'
import { EverybodysWorkspaces } from '../admin/workspaces.tsx'

const contents: Readonly<Record<AdminTab, () => ReactNode>> = {
  overview: Overview,
  people: People,
  plans: Plans,
  workspaces: EverybodysWorkspaces,
  invitations: Invitations,
  announcements: AnnouncementsDesk,
  github: GitHubApp,
  usage: EverybodysUsage,
  webhooks: WebhookDeliveries,
  mail: MailDesk,
  audit: AuditLog,
}

/** For whoever runs the server. */
export function AdminPage(): ReactNode {
  const { tab = 'overview' }: { tab?: AdminTab } = useSearch({ from: '/admin' })
  const navigate = useNavigate({ from: '/admin' })
  const Content = contents[tab]
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  const { data: sendsMail = false } = useQuery(trpc.mail.isConfigured.queryOptions())
  const shown = (Object.keys(adminTabs) as AdminTab[]).filter((name) => name !== 'mail' || sendsMail || tab === 'mail')
  if (me !== undefined && me?.may.includes('administer') !== true) {
    return (
      <Frame>
        <div className="rounded-card border border-line bg-surface p-8 text-center">
          <h1 className="text-lg font-semibold">
            <Trans>This is for whoever runs the server</Trans>
          </h1>
          <p className="mb-4 mt-1 text-ink-soft">
            <Trans>Your account is not marked admin.</Trans>
          </p>
          <Link to="/dashboard" className={buttonClass('primary')}>
            <Trans>To your workspaces</Trans>
          </Link>
        </div>
      </Frame>
    )
  }
  return (
    <Frame>
      <h1 className="mb-4 text-2xl font-semibold tracking-tight">
        <Trans>Administration</Trans>
      </h1>
      <Tabs.Root
        value={tab}
        onValueChange={(name: AdminTab) => void navigate({ search: { tab: name }, replace: true })}
      >
        <Tabs.List
          activateOnFocus
          aria-label={t`Administration`}
          className="mb-6 flex flex-wrap gap-x-1 border-b border-line"
        >
          {shown.map((name) => (
            <Tabs.Tab
              key={name}
              value={name}
              className={`-mb-px shrink-0 border-b-2 px-3 py-2 text-sm ${name === tab ? 'border-accent font-medium' : 'border-transparent text-ink-soft hover:text-ink'}`}
            >
              {i18n._(adminTabs[name])}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab}>
          <Content />
        </Tabs.Panel>
      </Tabs.Root>
    </Frame>
  )
}
