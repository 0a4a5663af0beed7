import { Dialog } from '@base-ui/react/dialog'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import { ExternalLink } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Workspace } from '@arcx/router'
import { host } from '../host/host.ts'
import { Button, buttonClass } from '../interface/button.tsx'
import { CommandLine } from '../interface/command-line.tsx'
import { Modal } from '../interface/modal.tsx'
import { OpenLink } from './open-link.tsx'

/** The ways into a workspace, or, without one, how to get the command-line tool and the desktop app. */
export function ConnectDialog({
  workspace,
  open,
  onClose,
}: {
  workspace: Workspace | null
  open: boolean
  onClose: () => void
}) {
  const server = host.server()
  const name = workspace?.name ?? 'WORKSPACE'
  const inApp = `arcx://open?${new URLSearchParams({ server, workspace: name })}`
  return (
    <Modal open={open} onClose={onClose}>
      <div className="flex max-h-[80dvh] flex-col gap-5 overflow-y-auto">
        <Dialog.Title className="text-lg font-semibold break-words">
          {workspace === null ? t`Command line and desktop app` : t`Connect to ${name}`}
        </Dialog.Title>
        {workspace !== null && (
          <Way title={t`In the browser`}>
            <OpenLink workspace={workspace} className={`${buttonClass('primary')} self-start`} onOpened={onClose}>
              <ExternalLink size={15} aria-hidden /> <Trans>Open in the browser</Trans>
            </OpenLink>
          </Way>
        )}
        <Way title={t`In your terminal`}>
          <p className="text-sm text-ink-soft">
            <Trans>Once, on this computer (it needs Node 20.19 or newer):</Trans>
          </p>
          <CommandLine label={t`Install`}>
            {`curl -fsSLo ~/.local/bin/arcx ${server}/cli/arcx.mjs && chmod +x ~/.local/bin/arcx`}
          </CommandLine>
          <CommandLine label={t`Sign in`}>{`arcx login ${server}`}</CommandLine>
          <p className="text-sm text-ink-soft">
            <Trans>Then a shell, files, and a port of the workspace on this computer:</Trans>
          </p>
          <CommandLine label={t`Shell`}>{`arcx shell ${name}`}</CommandLine>
          <CommandLine label={t`Copy files`}>{`arcx cp ./file ${name}:project/`}</CommandLine>
          <CommandLine label={t`Forward a port`}>{`arcx port-forward ${name} 3000`}</CommandLine>
          <DocLink page="cli" onClose={onClose}>
            <Trans>All commands</Trans>
          </DocLink>
        </Way>
        <Way title={t`In the desktop app`}>
          <p className="text-sm text-ink-soft">
            <Trans>
              It keeps your workspaces in tabs. Whoever runs this server can give you a package; in a copy of arcx’s
              source code it starts with:
            </Trans>
          </p>
          <CommandLine label={t`Desktop app`}>npm run desktop</CommandLine>
          {workspace !== null && host.tabs === null && (
            <a href={inApp} className={`${buttonClass('plain')} self-start`}>
              <ExternalLink size={15} aria-hidden /> <Trans>Open in the desktop app</Trans>
            </a>
          )}
          <DocLink page="desktop" onClose={onClose}>
            <Trans>About the desktop app</Trans>
          </DocLink>
        </Way>
        <div className="flex justify-end">
          <Button tone="ghost" onClick={onClose}>
            <Trans>Close</Trans>
          </Button>
        </div>
      </div>
    </Modal>
  )
}

function Way({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <h3 className="text-sm font-semibold">{title}</h3>
      {children}
    </section>
  )
}

function DocLink({ page, onClose, children }: { page: string; onClose: () => void; children: ReactNode }) {
  return (
    <Link
      to="/docs/$page"
      params={{ page }}
      onClick={onClose}
      className="self-start text-sm text-accent underline-offset-4 hover:underline"
    >
      {children}
    </Link>
  )
}
