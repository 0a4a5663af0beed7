import type { Database } from '@arcx/prisma'
import type { Jobs } from '../jobs/jobs.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Mail } from './mail.ts'
import { openSender } from './sender.ts'
import type { MailSettings } from './settings.ts'
import { MailStore } from './store.ts'

export interface MailModuleDependencies {
  readonly database: Database
  readonly unitOfWork: UnitOfWork
  readonly jobs: Jobs
  readonly publicOrigin: string
  /** Null where no mail server is configured. */
  readonly settings: MailSettings | null
}

/** Before jobs are started. */
export function openMail({ database, settings, ...rest }: MailModuleDependencies): Mail {
  const sender = settings === null ? null : { send: openSender(settings), from: settings.from.address }
  return new Mail({ store: new MailStore(database), sender, ...rest })
}
