const project = '/home/arc/project'

/** A workspace's IDE, at a file of its project and a line of that; each as far as it is known. */
export function openAt({ url }: { readonly url: string }, file: string | null, line: number | null): string {
  const ide = new URL(url)
  if (file === null) return ide.href
  const target = new URL(`vscode-remote://${ide.host}`)
  // A file that is not of the project goes by its whole path.
  target.pathname = file.startsWith('/') ? file : `${project}/${file}`
  ide.searchParams.set('folder', project)
  ide.searchParams.set(
    'payload',
    JSON.stringify([
      ['openFile', line === null ? target.href : `${target.href}:${line}:1`],
      ['gotoLineMode', String(line !== null)],
    ]),
  )
  return ide.href
}

/**
 * Where to go on a workspace's host. `to` comes from an address that anybody may have made, so whatever would lead to
 * another host (`//host`, `/\host`, a tab between the slashes) leads to the workspace's beginning.
 */
export function destination(to: string | undefined, workspaceUrl: string): URL {
  const home = new URL(workspaceUrl)
  if (to === undefined || !to.startsWith('/') || !URL.canParse(to, home)) return home
  const wanted = new URL(to, home)
  return wanted.origin === home.origin ? wanted : home
}
