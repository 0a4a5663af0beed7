import type { UserActor } from '@arcx/router'
import type { EnqueueMail, MailInput } from '../mail/message.ts'

/** By which invitations are sent. */
export interface InvitationMail {
  readonly isConfigured: boolean
  readonly enqueue: EnqueueMail
}

export interface MailedInvitation {
  readonly to: string
  readonly by: UserActor
  readonly teamName: string
  /** Null where whoever has the link is invited. */
  readonly login: string | null
  readonly path: string
  readonly expiresDays: number
}

/** What somebody is told who is invited to a team. */
export function invitationMail({ to, by, teamName, login, path, expiresDays }: MailedInvitation): MailInput {
  const end = `The invitation ends ${expiresDays === 1 ? 'in a day' : `in ${expiresDays} days`}.`
  return {
    kind: 'team.invitation',
    to,
    subject: `${by.login} invites you to the team ${teamName}`,
    text: [
      `${by.login} invites you to the team ${teamName} on arcx, where people work in workspaces in the cloud.`,
      login === null
        ? `${end} The link is for you alone: whoever has it can take your place.`
        : `Sign in as ${login} on GitHub; the invitation is shown to you then. ${end}`,
      'If you do not know what this is about, there is nothing to do.',
    ],
    link: { path, words: login === null ? 'Look at the invitation' : 'Sign in' },
  }
}
