import { setTimeout as pause } from 'node:timers/promises'
import { PgBoss } from 'pg-boss'
import type { Job } from 'pg-boss'
import type { Log } from '@arcx/service-kit/log'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { JobHandler, JobKind } from './job.ts'
import { databaseOf } from './store.ts'

const schema = 'jobs'
const maxConnections = 4
/** Whoever runs a job says so this often; one that is silent for as long has lost it. The least that pg-boss takes. */
const heartbeatSeconds = 10
/** How often jobs are looked for whose process is silent, or that ran for too long. */
const superviseSeconds = 5
/** New jobs are announced by NOTIFY; this finds those that are tried again, and what was not heard. */
const pollSeconds = 2
/** Each that runs of a kind looks by itself: where there are more, less often. */
const pollSecondsOf = (most: number): number => Math.max(pollSeconds, Math.ceil(most / 2))
/** For one attempt. */
const expireInSeconds = 6 * 3600
const retry = {
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 300,
} as const
const endless = 100_000
const keptSeconds = { retentionSeconds: 90 * 86_400, deleteAfterSeconds: 86_400 } as const
/** Of one kind, in one copy. */
const atOnce = 2
/** For those that end when their signal is aborted. */
const closeMs = 2000

interface Registered {
  readonly kind: JobKind<object>
  readonly handler: JobHandler<object>
  readonly cron: string | null
}

/**
 * Work that outlives the process that ordered it: stored in PostgreSQL within the unit of work that it follows from, run
 * by one copy at a time, taken over where that copy dies, and tried again, later and later, where it fails.
 */
export class Jobs {
  readonly #boss: PgBoss
  readonly #log: Log
  readonly #registered: Registered[] = []
  readonly #closing = new AbortController()
  #isStarted = false

  private constructor(boss: PgBoss, log: Log) {
    this.#boss = boss
    this.#log = log
  }

  /** @throws when the database does not answer. */
  static async open(databaseUrl: string, log: Log): Promise<Jobs> {
    const boss = new PgBoss({
      connectionString: databaseUrl,
      application_name: 'arcx jobs',
      schema,
      max: maxConnections,
      superviseIntervalSeconds: superviseSeconds,
      monitorIntervalSeconds: superviseSeconds,
      useListenNotify: true,
    })
    boss.on('error', (error) => log.warn({ err: error }, 'the job queue met an error'))
    await boss.start()
    return new Jobs(boss, log)
  }

  /** Before `start`. */
  handle<Input extends object>(kind: JobKind<Input>, handler: JobHandler<Input>): void {
    this.#register(kind, handler, null)
  }

  /** The same, and queues one at each time of a cron expression (in UTC), however many copies there are. */
  repeat(cron: string, kind: JobKind<Record<string, never>>, handler: JobHandler<Record<string, never>>): void {
    this.#register(kind, handler, cron)
  }

  /** Runs what is queued, from now on. */
  async start(): Promise<void> {
    this.#isStarted = true
    for (const registered of this.#registered) {
      const { kind, cron } = registered
      const options = {
        ...retry,
        retryLimit: (kind.attempts ?? endless) - 1,
        ...keptSeconds,
        expireInSeconds,
        heartbeatSeconds,
        notify: true,
      }
      await this.#boss.createQueue(kind.name, { ...options, policy: 'exclusive' })
      // One that an earlier version made.
      await this.#boss.updateQueue(kind.name, options)
      if (cron === null) await this.#boss.unschedule(kind.name)
      else await this.#boss.schedule(kind.name, cron, {}, { tz: 'UTC', singletonKey: kind.keyOf({}) })
      await this.#work(registered)
    }
  }

  /** Queues a job, to run at once or from a time on; where the unit is undone, so is that. */
  async enqueue<Input extends object>(
    unit: Unit,
    kind: JobKind<Input>,
    input: Input,
    startAfter?: Date,
  ): Promise<void> {
    await this.#boss.send(kind.name, input, {
      singletonKey: kind.keyOf(input),
      ...(startAfter === undefined ? {} : { startAfter }),
      ...(kind.groups === undefined ? {} : { group: { id: kind.groups.of(input) } }),
      db: databaseOf(unit),
    })
  }

  /** Ends what runs here; another copy goes on with it, or this one when it starts again. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the server is stopping'))
    await this.#boss.stop({ graceful: true, timeout: closeMs })
  }

  #register<Input extends object>(kind: JobKind<Input>, handler: JobHandler<Input>, cron: string | null): void {
    if (this.#isStarted) throw new Error(`Jobs of the kind ${kind.name} are handled too late.`)
    this.#registered.push({
      cron,
      kind: kind as unknown as JobKind<object>,
      handler: async (input, run) => handler(kind.input.parse(input), run),
    })
  }

  async #work(registered: Registered): Promise<void> {
    const { name, groups, atOnce: most = atOnce } = registered.kind
    const options = {
      localConcurrency: most,
      ...(groups === undefined ? {} : { localGroupConcurrency: groups.atOnce }),
      pollingIntervalSeconds: pollSecondsOf(most),
      notifyPollingIntervalSeconds: pollSecondsOf(most),
    }
    await this.#boss.work<object>(name, options, async ([job]) => {
      try {
        if (job !== undefined) await this.#run(registered, job)
      } finally {
        // Each would wait for its next poll after its job, however many are queued.
        for (const worker of this.#boss.getWipData())
          if (worker.name === name && worker.count > 0) this.#boss.notifyWorker(worker.id)
      }
    })
  }

  async #run({ kind, handler }: Registered, job: Job): Promise<void> {
    const signal = AbortSignal.any([job.signal, this.#closing.signal])
    const attempt = job.retryCount + 1
    try {
      await handler(job.data, { signal, attempt, isLast: attempt >= (kind.attempts ?? endless) })
    } catch (error) {
      if (!signal.aborted) this.#log.warn({ err: error, job: job.id, kind: kind.name, attempt }, 'a job failed')
      throw error
    }
  }
}

/** Until `isDone`, which is asked again after `everyMs`. @throws what the signal was aborted for. */
export async function untilDone(isDone: () => Promise<boolean>, everyMs: number, signal: AbortSignal): Promise<void> {
  for (signal.throwIfAborted(); !(await isDone()); signal.throwIfAborted()) await pause(everyMs, undefined, { signal })
}
