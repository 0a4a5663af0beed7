import type { WorkflowRunId } from '@arcx/router'
import type { Database } from '@arcx/prisma'

/** A number is given before what it numbers is committed. */
const settlesMs = 300

export interface LogPart {
  readonly stepId: string
  readonly sequence: bigint
  readonly at: Date
  readonly text: string
}

/** What steps put out, in parts. */
export class LogStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** How many bytes of a step are kept. */
  async length(stepId: string): Promise<number> {
    const row = await this.#database.workflowStep.findUnique({ where: { id: stepId }, select: { logBytes: true } })
    return row?.logBytes ?? 0
  }

  /** Behind what there is; nothing where another copy was faster, or the step is gone. */
  async append(stepId: string, position: number, bytes: Uint8Array): Promise<boolean> {
    const added = await this.#database.$executeRaw`
      WITH moved AS (
        UPDATE "WorkflowStep" SET "logBytes" = "logBytes" + ${bytes.length}::int
        WHERE "id" = ${stepId}::uuid AND "logBytes" = ${position}::int RETURNING "id")
      INSERT INTO "WorkflowLog" ("stepId", "position", "bytes") SELECT "id", ${position}::int, ${Uint8Array.from(bytes)}::bytea FROM moved`
    return added > 0
  }

  /** Of a run, behind `after`. What may still stand before something else is left for later, unless it is the end. */
  async ofRun(runId: WorkflowRunId, after: bigint, most: number, isEnd: boolean): Promise<readonly LogPart[]> {
    const rows = await this.#database.workflowLog.findMany({
      where: {
        step: { job: { runId } },
        sequence: { gt: after },
        ...(isEnd ? {} : { at: { lt: new Date(Date.now() - settlesMs) } }),
      },
      orderBy: { sequence: 'asc' },
      take: most,
    })
    return rows.map(({ stepId, sequence, at, bytes }) => ({
      stepId,
      sequence,
      at,
      text: Buffer.from(bytes).toString('utf8'),
    }))
  }
}
