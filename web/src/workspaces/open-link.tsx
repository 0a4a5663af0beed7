import type { ComponentProps } from 'react'
import type { Workspace } from '@arcx/router'
import { host } from '../host/host.ts'

/** A link into a workspace: a tab of the app where there are such, else one of the browser. */
export function OpenLink({
  workspace,
  url = workspace.url,
  onOpened,
  ...rest
}: Omit<ComponentProps<'a'>, 'href' | 'target' | 'rel' | 'onClick'> & {
  workspace: Workspace
  url?: string
  onOpened?: () => void
}) {
  return (
    <a
      {...rest}
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      onClick={(event) => {
        if (host.openWorkspace(workspace.id, url)) event.preventDefault()
        onOpened?.()
      }}
    />
  )
}
