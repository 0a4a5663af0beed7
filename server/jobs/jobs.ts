import { setTimeout as pause } from 'node:timers/promises'
import { PgBoss } from 'pg-boss'
import { z } from 'zod'
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
/** New jobs are announced by NOTIFY; those whose time has come, and what was not heard, are looked for this often. */
const lookMs = 1000
/** What each worker does by itself, should the looking fail. */
const pollSeconds = 60
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

/** How many of each queue's jobs might run now, counted to ten. */
const due = `SELECT "name", "due"."count" FROM unnest($1::text[]) AS "name", LATERAL (
  SELECT count(*)::integer AS "count" FROM (
    SELECT 1 FROM ${schema}."job" WHERE "job"."name" = "name"."name" AND "state" IN ('created', 'retry')
      AND NOT "blocked" AND "start_after" <= now() LIMIT 10
  ) AS "some"
) AS "due" WHERE "due"."count" > 0`
const Due = z.object({ name: z.string(), count: z.number() })

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
  /** Those that are there, or are being made. */
  readonly #queues = new Map<string, Promise<void>>()
  #isStarted = false
  #looking: Promise<void> = Promise.resolve()

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
    await Promise.all(
      this.#registered.map(async (registered) => {
        const { kind, cron } = registered
        await this.#queueOf(kind)
        if (cron === null) await this.#boss.unschedule(kind.name)
        else await this.#boss.schedule(kind.name, cron, {}, { tz: 'UTC', singletonKey: kind.keyOf({}) })
        await this.#work(registered)
      }),
    )
    this.#looking = this.#look()
  }

  /** Queues a job, to run at once or from a time on; where the unit is undone, so is that. */
  async enqueue<Input extends object>(
    unit: Unit,
    kind: JobKind<Input>,
    input: Input,
    startAfter?: Date,
  ): Promise<void> {
    // What is started before the jobs are, such as the reconciler, may queue some.
    await this.#queueOf(kind)
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
    await this.#looking
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

  #queueOf<Input extends object>(kind: JobKind<Input>): Promise<void> {
    const known = this.#queues.get(kind.name)
    if (known !== undefined) return known
    const made = this.#makeQueue(kind)
    this.#queues.set(kind.name, made)
    made.catch(() => this.#queues.delete(kind.name))
    return made
  }

  async #makeQueue<Input extends object>({ name, attempts = endless }: JobKind<Input>): Promise<void> {
    const options = {
      ...retry,
      retryLimit: attempts - 1,
      ...keptSeconds,
      expireInSeconds,
      heartbeatSeconds,
      notify: true,
    }
    await this.#boss.createQueue(name, { ...options, policy: 'exclusive' })
    // One that an earlier version made.
    await this.#boss.updateQueue(name, options)
  }

  /** One look for all queues, by an index; each worker's own would be dozens of queries a second. */
  async #look(): Promise<void> {
    const { signal } = this.#closing
    const names = this.#registered.map(({ kind }) => kind.name)
    while (!signal.aborted) {
      await pause(lookMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      try {
        const { rows } = await this.#boss.getDb().executeSql(due, [names])
        for (const { name, count } of z.array(Due).parse(rows)) this.#wake(name, (busy) => !busy, count)
      } catch (error) {
        this.#log.warn({ err: error }, 'jobs that are due could not be looked for')
      }
    }
  }

  #wake(name: string, which: (isBusy: boolean) => boolean, most = Infinity): void {
    const found = this.#boss.getWipData().filter((worker) => worker.name === name && which(worker.count > 0))
    for (const worker of found.slice(0, most)) this.#boss.notifyWorker(worker.id)
  }

  async #work(registered: Registered): Promise<void> {
    const { name, groups, atOnce: most = atOnce } = registered.kind
    const options = {
      localConcurrency: most,
      ...(groups === undefined ? {} : { localGroupConcurrency: groups.atOnce }),
      pollingIntervalSeconds: pollSeconds,
      notifyPollingIntervalSeconds: pollSeconds,
    }
    await this.#boss.work<object>(name, options, async ([job]) => {
      try {
        if (job !== undefined) await this.#run(registered, job)
      } finally {
        // Each would wait for its next poll after its job, however many are queued.
        this.#wake(name, (isBusy) => isBusy)
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
