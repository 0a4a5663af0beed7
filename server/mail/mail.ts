import { z } from 'zod'
import { MailMessageId, errors } from '@arcx/router'
import type { Administrator, MailOverview, MailPort } from '@arcx/router'
import type { JobKind, JobRun } from '../jobs/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { asHtml, asText, bodyOf, singleLine } from './message.ts'
import type { EnqueueMail, MailInput } from './message.ts'
import { MailRefused } from './sender.ts'
import type { SendMail } from './sender.ts'
import type { MailStore } from './store.ts'

/** After 1 s, 2 s … 300 s: for about a day, as a mail server may be away for as long. */
const attempts = 300
const keptMs = 30 * 24 * 3600 * 1000

const sendMail: JobKind<{ id: MailMessageId }> = {
  name: 'mail.send',
  input: z.object({ id: MailMessageId }),
  keyOf: ({ id }) => id,
  attempts,
}
const sweepMail: JobKind<Record<string, never>> = {
  name: 'mail.sweep',
  input: z.strictObject({}),
  keyOf: () => 'all',
}
const Body = z.object({
  text: z.array(z.string()),
  link: z.object({ url: z.string(), words: z.string() }).nullable(),
})

export interface MailDependencies {
  readonly store: MailStore
  readonly unitOfWork: UnitOfWork
  readonly jobs: Jobs
  readonly publicOrigin: string
  /** Null where no mail server is configured. */
  readonly sender: { readonly send: SendMail; readonly from: string } | null
}

/** E-mail: stored in the unit of work that it follows from, and sent by a job, again and again while the mail server is away. */
export class Mail implements MailPort {
  readonly #dependencies: MailDependencies

  /** Before jobs are started. */
  constructor(dependencies: MailDependencies) {
    this.#dependencies = dependencies
    const { jobs, store } = dependencies
    jobs.handle(sendMail, ({ id }, run) => this.#send(id, run))
    jobs.repeat('41 * * * *', sweepMail, () => store.removeBefore(new Date(Date.now() - keptMs)))
  }

  get isConfigured(): boolean {
    return this.#dependencies.sender !== null
  }

  /** Does nothing where no mail server is configured. */
  readonly enqueue: EnqueueMail = async (unit, message) => {
    if (this.isConfigured) await this.#add(unit, message)
  }

  async overview(): Promise<MailOverview> {
    const { sender, store } = this.#dependencies
    return { from: sender?.from ?? null, messages: await store.latest() }
  }

  async test(actor: Administrator, to: string): Promise<{ readonly id: MailMessageId }> {
    if (!this.isConfigured) throw errors.mailNotConfigured()
    return this.#dependencies.unitOfWork(actor, async (unit) => {
      unit.record({ action: 'mail.test', target: { kind: 'mail', name: to } })
      const id = await this.#add(unit, {
        kind: 'test',
        to,
        subject: 'A test of arcx',
        text: ['This server can send e-mail.', 'Whoever runs it has asked for this test; there is nothing to do.'],
      })
      return { id }
    })
  }

  async #add(unit: Unit, message: MailInput): Promise<MailMessageId> {
    const { jobs, publicOrigin, store } = this.#dependencies
    const id = await store.add(unit, {
      kind: message.kind,
      recipient: message.to,
      subject: singleLine(message.subject),
      body: JSON.stringify(bodyOf(message, publicOrigin)),
    })
    await jobs.enqueue(unit, sendMail, { id })
    return id
  }

  async #send(id: MailMessageId, { isLast }: JobRun): Promise<void> {
    const { publicOrigin, sender, store } = this.#dependencies
    const message = await store.waiting(id)
    if (message === null) return
    if (sender === null) return store.settle(id, 'failed', 'No mail server is configured any more.')
    const body = Body.parse(JSON.parse(message.body))
    try {
      await sender.send({
        id,
        to: message.recipient,
        subject: message.subject,
        text: asText(body, publicOrigin),
        html: asHtml(body, publicOrigin),
      })
    } catch (error) {
      const said = error instanceof Error ? error.message : 'It could not be sent.'
      const isOver = isLast || error instanceof MailRefused
      await store.settle(id, isOver ? 'failed' : 'waiting', said)
      if (isOver) return
      throw error
    }
    await store.settle(id, 'sent', null)
  }
}
