import { t } from '@lingui/core/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import {
  ChartColumn,
  BookOpen,
  Box,
  House,
  LogOut,
  Monitor,
  Moon,
  Play,
  Plus,
  Server,
  Settings,
  ShieldCheck,
  SquareArrowOutUpRight,
  Square,
  Sun,
  Users,
  Workflow,
} from 'lucide-react'
import { useMemo } from 'react'
import { host } from '../host/host.ts'
import { chooseTheme } from '../interface/theme.ts'
import { trpc } from '../server/client.ts'
import { isPending } from '../server/optimistic.ts'
import { signOut } from '../server/sign-out.ts'
import { useTeams } from '../teams/live.ts'
import { useWorkspaceActions } from '../workspaces/actions.ts'
import { useWorkspaces } from '../workspaces/live.ts'
import { stateName } from '../workspaces/state.tsx'
import { docSections } from '../docs/pages.ts'
import type { Entry } from './entry.ts'

/** Everything that the palette finds, for whoever is signed in. */
export function useEntries(): readonly Entry[] {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  const isIn = me !== null && me !== undefined
  const { data: workspaces } = useWorkspaces({ enabled: isIn })
  const { data: teams } = useTeams({ enabled: isIn })
  const { data: sections } = useQuery({
    queryKey: ['docs', 'sections'],
    queryFn: docSections,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { start, stop } = useWorkspaceActions()
  const [startNow, stopNow] = [start.mutate, stop.mutate]
  return useMemo((): readonly Entry[] => {
    const entries: Entry[] = []
    const add = (
      group: Entry['group'],
      label: string,
      hint: string,
      icon: Entry['icon'],
      run: () => void,
      more: { readonly words?: string; readonly isUsual?: boolean; readonly isDocumentation?: boolean } = {},
    ) =>
      entries.push({
        key: `${group} ${label} ${hint}`,
        group,
        label,
        hint,
        icon,
        run,
        words: more.words ?? '',
        isUsual: more.isUsual ?? true,
        isDocumentation: more.isDocumentation ?? false,
      })
    const known = <Named extends { readonly id: string }>(all: readonly Named[] | undefined) =>
      all?.filter((each) => !isPending(each)) ?? []
    for (const workspace of known(workspaces).sort((a, b) =>
      (b.lastActivityAt ?? '').localeCompare(a.lastActivityAt ?? ''),
    )) {
      const { id: workspaceId, name, url, state, may } = workspace
      const isUsual = entries.length < 6
      if (may.includes('open')) {
        add(
          t`Workspaces`,
          name,
          state === 'running' ? t`Open` : t`Open, ${stateName(state)}`,
          SquareArrowOutUpRight,
          () => void (host.openWorkspace(workspaceId, url) || host.openExternally(url)),
          { words: t`workspace ide editor`, isUsual },
        )
      }
      add(t`Workspaces`, name, t`Its page`, Box, () => void navigate({ to: '/workspaces/$name', params: { name } }), {
        words: t`logs network secrets`,
        isUsual: false,
      })
      if (may.includes('start') && (state === 'stopped' || state === 'failed'))
        add(t`Do`, t`Start ${name}`, t`Workspace`, Play, () => startNow({ workspaceId }), { isUsual: false })
      if (may.includes('stop') && state === 'running')
        add(t`Do`, t`Stop ${name}`, t`Workspace`, Square, () => stopNow({ workspaceId }), { isUsual: false })
    }
    for (const { name } of known(teams))
      add(t`Teams`, name, t`Team`, Users, () => void navigate({ to: '/teams/$name', params: { name } }), {
        isUsual: false,
      })
    if (isIn) {
      add(
        t`Do`,
        t`New workspace`,
        t`Make one`,
        Plus,
        () => void navigate({ to: '/dashboard', search: { new: true } }),
        { words: t`create` },
      )
      add(t`Go to`, t`Workspaces`, t`Dashboard`, House, () => void navigate({ to: '/dashboard' }), {
        words: t`home list`,
      })
      add(t`Go to`, t`Teams`, t`Page`, Users, () => void navigate({ to: '/teams' }), { words: t`members invite` })
      add(t`Go to`, t`Usage`, t`Page`, ChartColumn, () => void navigate({ to: '/usage' }), {
        words: t`hours cost budget`,
      })
      add(t`Go to`, t`Workflows`, t`Page`, Workflow, () => void navigate({ to: '/workflows' }), {
        words: t`automation schedule runs`,
      })
      add(t`Go to`, t`Settings`, t`Page`, Settings, () => void navigate({ to: '/settings' }), {
        words: t`sessions tokens secrets account profile api keys network`,
      })
      if (me.may.includes('administer'))
        add(t`Go to`, t`Administration`, t`Page`, ShieldCheck, () => void navigate({ to: '/admin' }), {
          words: t`people users audit waitlist invitations`,
        })
    }
    add(t`Go to`, t`Documentation`, t`Page`, BookOpen, () => void navigate({ to: '/docs' }), { words: t`help manual` })
    for (const [theme, label, icon] of [
      ['light', t`Light theme`, Sun],
      ['dark', t`Dark theme`, Moon],
      ['system', t`System theme`, Monitor],
    ] as const)
      add(t`Do`, label, t`Appearance`, icon, () => chooseTheme(theme), { words: t`colours appearance`, isUsual: false })
    for (const { id, login, server } of host.accounts?.all.get().accounts ?? [])
      add(t`Do`, t`Be ${login}`, new URL(server).host, Server, () => host.accounts?.use(id), {
        words: t`account switch server`,
        isUsual: false,
      })
    if (host.accounts !== null)
      add(t`Go to`, t`Servers and accounts`, t`Page`, Server, () => void navigate({ to: '/servers' }), {
        words: t`add sign in`,
      })
    if (isIn) {
      add(
        t`Do`,
        t`Sign out`,
        t`Account`,
        LogOut,
        () => {
          queries.clear()
          void signOut()
        },
        { isUsual: false },
      )
    }
    for (const { page, title, heading, anchor, words } of sections ?? [])
      add(
        t`Documentation`,
        heading,
        title,
        BookOpen,
        () => void navigate({ to: '/docs/$page', params: { page }, hash: anchor }),
        { words, isUsual: false, isDocumentation: true },
      )
    return entries
  }, [workspaces, teams, sections, me, isIn, navigate, queries, startNow, stopNow])
}
