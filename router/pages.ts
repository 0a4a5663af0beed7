/**
 * The paths of the web application's pages; `$` begins a part that stands for any. The server answers each of them with
 * the application, and everything else that it does not know with 404.
 */
export const pagePaths = [
  '/',
  '/admin',
  '/authorize',
  '/dashboard',
  '/docs',
  '/docs/$page',
  '/join',
  '/open/$name',
  '/servers',
  '/settings',
  '/sign-in',
  '/switcher',
  '/teams',
  '/teams/$name',
  '/usage',
  '/waiting',
  '/workflows',
  '/workflows/$id',
  '/workflows/$id/runs/$run',
  '/workspaces/$name',
  '/workspaces/$name/history',
] as const

export type PagePath = (typeof pagePaths)[number]
