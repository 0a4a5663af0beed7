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
