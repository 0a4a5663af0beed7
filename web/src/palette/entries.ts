import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { BookOpen, Box, House, LogOut, Monitor, Moon, Play, Plus, Server, Settings, ShieldCheck, SquareArrowOutUpRight, Square, Sun, Users } from 'lucide-react'
import { useMemo } from 'react'
import { host } from '../host/host.ts'
import { chooseTheme } from '../interface/theme.ts'
import { trpc } from '../server/client.ts'
import { signOut } from '../server/sign-out.ts'
import { useWorkspaceActions } from '../workspaces/actions.ts'
import { docSections } from '../docs/pages.ts'
import type { Entry } from './entry.ts'

/** Everything that the palette finds, for whoever is signed in. */
export function useEntries(): readonly Entry[] {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  const isIn = me !== null && me !== undefined
  const { data: workspaces } = useQuery({ ...trpc.workspaces.list.queryOptions(), enabled: isIn })
  const { data: teams } = useQuery({ ...trpc.teams.list.queryOptions(), enabled: isIn })
  const { data: sections } = useQuery({ queryKey: ['docs', 'sections'], queryFn: docSections, staleTime: Number.POSITIVE_INFINITY })
  const { start, stop } = useWorkspaceActions()
  const [startNow, stopNow] = [start.mutate, stop.mutate]
  return useMemo((): readonly Entry[] => {
    const entries: Entry[] = []
    const add = (group: Entry['group'], label: string, hint: string, icon: Entry['icon'], run: () => void, more: { readonly words?: string; readonly isUsual?: boolean } = {}) =>
      entries.push({ key: `${group} ${label} ${hint}`, group, label, hint, icon, run, words: more.words ?? '', isUsual: more.isUsual ?? true })
    for (const workspace of [...(workspaces ?? [])].sort((a, b) => (b.lastActivityAt ?? '').localeCompare(a.lastActivityAt ?? ''))) {
      const { id: workspaceId, name, url, state, may } = workspace
      const isUsual = entries.length < 6
      if (may.includes('open')) {
        add('Workspaces', name, state === 'running' ? 'Open' : `Open, ${state}`, SquareArrowOutUpRight, () => void (host.openWorkspace(workspaceId, url) || host.openExternally(url)), { words: 'workspace ide editor', isUsual })
      }
      add('Workspaces', name, 'Its page', Box, () => void navigate({ to: '/workspaces/$name', params: { name } }), { words: 'logs network secrets', isUsual: false })
      if (may.includes('start') && (state === 'stopped' || state === 'failed')) add('Do', `Start ${name}`, 'Workspace', Play, () => startNow({ workspaceId }), { isUsual: false })
      if (may.includes('stop') && state === 'running') add('Do', `Stop ${name}`, 'Workspace', Square, () => stopNow({ workspaceId }), { isUsual: false })
    }
    for (const { name } of teams ?? []) add('Teams', name, 'Team', Users, () => void navigate({ to: '/teams/$name', params: { name } }), { isUsual: false })
    if (isIn) {
      add('Do', 'New workspace', 'Make one', Plus, () => void navigate({ to: '/dashboard', search: { new: true } }), { words: 'create' })
      add('Go to', 'Workspaces', 'Dashboard', House, () => void navigate({ to: '/dashboard' }), { words: 'home list' })
      add('Go to', 'Teams', 'Page', Users, () => void navigate({ to: '/teams' }), { words: 'members invite' })
      add('Go to', 'Settings', 'Page', Settings, () => void navigate({ to: '/settings' }), { words: 'sessions tokens secrets account profile api keys network' })
      if (me.role === 'admin') add('Go to', 'Administration', 'Page', ShieldCheck, () => void navigate({ to: '/admin' }), { words: 'people users audit waitlist invitations' })
    }
    add('Go to', 'Documentation', 'Page', BookOpen, () => void navigate({ to: '/docs' }), { words: 'help manual' })
    for (const [theme, label, icon] of [['light', 'Light colours', Sun], ['dark', 'Dark colours', Moon], ['system', 'Colours as the system', Monitor]] as const) add('Do', label, 'Appearance', icon, () => chooseTheme(theme), { words: 'theme appearance', isUsual: false })
    for (const { id, login, server } of host.accounts?.all.get().accounts ?? []) add('Do', `Be ${login}`, new URL(server).host, Server, () => host.accounts?.use(id), { words: 'account switch server', isUsual: false })
    if (host.accounts !== null) add('Go to', 'Servers and accounts', 'Page', Server, () => void navigate({ to: '/servers' }), { words: 'add sign in' })
    if (isIn) {
      add('Do', 'Sign out', 'Account', LogOut, () => {
        queries.clear()
        void signOut()
      }, { isUsual: false })
    }
    for (const { page, title, heading, anchor, words } of sections ?? []) add('Documentation', heading, title, BookOpen, () => void navigate({ to: '/docs/$page', params: { page }, hash: anchor }), { words, isUsual: false })
    return entries
  }, [workspaces, teams, sections, me, isIn, navigate, queries, startNow, stopNow])
}
