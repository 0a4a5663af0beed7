import type { EnqueueMail } from '../mail/message.ts'
import type { NoticeOff } from './deliveries.ts'

/** Tells the team's owner, or the person, by e-mail that their endpoint was switched off. */
export const noticeByMail =
  (enqueue: EnqueueMail): NoticeOff =>
  async (unit, { name, because, error, teamName, email }) => {
    if (email === null) return
    await enqueue(unit, {
      kind: 'event-webhook.off',
      to: email,
      subject: `The webhook endpoint “${name}” was switched off`,
      text: [
        because === 'gone'
          ? `The webhook endpoint “${name}”${teamName === null ? '' : ` of the team ${teamName}`} answered that it is gone (410), so nothing is sent there any more.`
          : `For five days nothing that was sent to the webhook endpoint “${name}”${teamName === null ? '' : ` of the team ${teamName}`} was taken, so nothing is sent there any more.`,
        ...(error === null ? [] : [`What came of the latest attempt: ${error}`]),
        'Once it works again, switch it on in the settings. Events of the time in between are not sent.',
      ],
      link: {
        path: teamName === null ? '/settings' : `/teams/${encodeURIComponent(teamName)}`,
        words: 'Open the settings',
      },
    })
  }
