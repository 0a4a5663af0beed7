import type { Command } from '@commander-js/extra-typings'
import type { InvitedRole, TeamId, UserId } from '@arcx/router'
import { confirmByName, force, yes } from '../confirm.ts'
import { Failure, exitCodes } from '../failure.ts'
import { table } from '../output/output.ts'
import type { Sessions } from '../session.ts'
import type { Api } from '../server/server.ts'
import { findTeam } from '../team.ts'

const roles: readonly InvitedRole[] = ['admin', 'member', 'viewer']

function roleOf(text: string): InvitedRole {
  const role = roles.find((each) => each === text)
  if (role === undefined) throw new Failure(`A role is ${roles.join(', ')}.`, 'usage', exitCodes.usage)
  return role
}

/** A member of a team by its name and their login. */
async function memberOf(
  api: Api,
  name: string,
  login: string,
): Promise<{ readonly teamId: TeamId; readonly userId: UserId }> {
  const team = await findTeam(api, name)
  const member = team.members.find((each) => each.login.toLowerCase() === login.toLowerCase())
  if (member === undefined)
    throw new Failure(`${login} is not in ${team.name}.`, 'member_not_found', exitCodes.notFound)
  return { teamId: team.id, userId: member.userId }
}

export function addTeamCommands(program: Command, sessions: Sessions): void {
  const teams = program.command('teams').description('Teams, their members and invitations.')

  teams
    .command('ls', { isDefault: true })
    .description('List your teams.')
    .action(async (_options, command) => {
      const session = sessions.of(command)
      const all = await (await session.server()).api.teams.list.query()
      session.output.result(
        all,
        all.length === 0
          ? 'You are in no team. Make one with: arcx teams create NAME'
          : table(
              ['NAME', 'ROLE', 'MEMBERS', 'WORKSPACES'],
              all.map((team) => [team.name, team.role, String(team.memberCount), String(team.workspaceCount)]),
            ),
      )
    })

  teams
    .command('show')
    .description('Show a team’s members and open invitations.')
    .argument('<team>')
    .action(async (name, _options, command) => {
      const session = sessions.of(command)
      const team = await findTeam((await session.server()).api, name)
      const members = table(
        ['LOGIN', 'NAME', 'ROLE'],
        team.members.map((member) => [member.login, member.name, member.role]),
      )
      const invites = team.invites.map((invite) => [invite.login ?? invite.email ?? 'link', invite.role, invite.id])
      session.output.result(team, [
        ...members,
        ...(invites.length === 0 ? [] : ['', ...table(['INVITED', 'ROLE', 'ID'], invites)]),
      ])
    })

  teams
    .command('create')
    .description('Create a team; it is yours.')
    .argument('<name>')
    .action(async (name, _options, command) => {
      const session = sessions.of(command)
      const team = await (await session.server()).api.teams.create.mutate({ name })
      session.output.result(team, `${team.name} is made.`)
    })

  teams
    .command('rename')
    .description('Give a team another name.')
    .argument('<team>')
    .argument('<name>', 'the new one')
    .action(async (wanted, name, _options, command) => {
      const session = sessions.of(command)
      const { api } = await session.server()
      const { id: teamId } = await findTeam(api, wanted)
      const team = await api.teams.rename.mutate({ teamId, name })
      session.output.result(team, `It is ${team.name} now.`)
    })

  teams
    .command('invite')
    .description('Invite somebody, by GitHub login, or by a link for one.')
    .argument('<team>')
    .argument('[login]', 'a GitHub login; without it, a link is made')
    .option('--role <role>', `what they are to be: ${roles.join(', ')}`, 'member')
    .option('--email <address>', 'send it there, where the server sends e-mail')
    .action(async (name, login, options, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const { api } = server
      const { id: teamId } = await findTeam(api, name)
      if (!(await api.auth.options.query()).github)
        session.output.note(
          `Sign-in with GitHub is not set up on this server: until it is, nobody else can sign in and accept this. See ${new URL('/docs/sign-in', server.origin).href}`,
        )
      const invite = await api.teams.invites.create.mutate({
        teamId,
        role: roleOf(options.role),
        login: login ?? null,
        email: options.email ?? null,
      })
      if (options.email !== undefined) session.output.note(`It is on its way to ${options.email}.`)
      session.output.result(
        invite,
        login === undefined ? invite.url : `${login} finds the invitation after signing in at ${invite.url}`,
      )
    })

  teams
    .command('uninvite')
    .description('Withdraw an invitation.')
    .argument('<team>')
    .argument('<invitation>', 'the login, or the id that `teams show` tells')
    .action(async (name, wanted, _options, command) => {
      const session = sessions.of(command)
      const { api } = await session.server()
      const team = await findTeam(api, name)
      const invite = team.invites.find(
        ({ id, login }) => id === wanted || login?.toLowerCase() === wanted.toLowerCase(),
      )
      if (invite === undefined)
        throw new Failure(
          `No such invitation to ${team.name}: ${wanted}. List them with: arcx teams show ${team.name}`,
          'invite_not_found',
          exitCodes.notFound,
        )
      await api.teams.invites.revoke.mutate({ teamId: team.id, inviteId: invite.id })
      session.output.result({ id: invite.id }, 'The invitation is withdrawn.')
    })

  teams
    .command('join')
    .description('Accept an invitation: by its link, or that of a team to your login.')
    .argument('<invitation>', 'the link, or the team’s name')
    .action(async (wanted, _options, command) => {
      const session = sessions.of(command)
      const { api } = await session.server()
      const code = URL.canParse(wanted) ? new URL(wanted).searchParams.get('code') : null
      const own =
        code === null ? (await api.teams.invitations.query()).find(({ teamName }) => teamName === wanted) : undefined
      if (code === null && own === undefined)
        throw new Failure(`Nobody has invited you to ${wanted}.`, 'invite_not_found', exitCodes.notFound)
      const team =
        code !== null
          ? await api.teams.accept.mutate({ code })
          : own === undefined
            ? null
            : await api.teams.answer.mutate({ inviteId: own.id, accept: true })
      session.output.result(team, `You are in ${team?.name} as ${team?.role}.`)
    })

  teams
    .command('role')
    .description('Change what a member is.')
    .argument('<team>')
    .argument('<login>')
    .argument('<role>', roles.join(', '))
    .action(async (name, login, role, _options, command) => {
      const session = sessions.of(command)
      const { api } = await session.server()
      const ids = await memberOf(api, name, login)
      await api.teams.members.setRole.mutate({ ...ids, role: roleOf(role) })
      session.output.result({ ...ids, role }, `${login} is ${role} of ${name} now.`)
    })

  teams
    .command('remove')
    .description('Take a member out of a team; what they have open in it closes.')
    .argument('<team>')
    .argument('<login>')
    .action(async (name, login, _options, command) => {
      const session = sessions.of(command)
      const { api } = await session.server()
      const ids = await memberOf(api, name, login)
      await api.teams.members.remove.mutate(ids)
      session.output.result(ids, `${login} is out of ${name}.`)
    })

  teams
    .command('transfer')
    .description('Hand a team over to a member.')
    .argument('<team>')
    .argument('<login>')
    .action(async (name, login, _options, command) => {
      const session = sessions.of(command)
      const { api } = await session.server()
      const ids = await memberOf(api, name, login)
      await api.teams.transfer.mutate(ids)
      session.output.result(ids, `${name} is ${login}’s now.`)
    })

  teams
    .command('leave')
    .description('Leave a team.')
    .argument('<team>')
    .action(async (name, _options, command) => {
      const session = sessions.of(command)
      const { api } = await session.server()
      const { id: teamId } = await findTeam(api, name)
      await api.teams.leave.mutate({ teamId })
      session.output.result({ teamId }, `You have left ${name}.`)
    })

  teams
    .command('delete')
    .description('Delete a team with all its workspaces, for good.')
    .argument('<team>')
    .option(...yes)
    .addOption(force())
    .action(async (name, options, command) => {
      if (options.yes !== true) await confirmByName(name, `the team ${name} with all its workspaces`)
      const session = sessions.of(command)
      const { api } = await session.server()
      const { id: teamId } = await findTeam(api, name)
      await api.teams.remove.mutate({ teamId })
      session.output.result({ teamId, deleted: true }, `${name} is being deleted.`)
    })
}
