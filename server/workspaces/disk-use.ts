/** How much a workspace may keep. */
export interface DiskLimit {
  readonly bytes: number
  readonly files: number
}

export interface DiskUse {
  readonly bytes: number
  readonly files: number
}

/** A file system is made with room for about one file in 16 KiB; whoever keeps smaller ones uses that up first. */
const bytesPerFile = 16 * 1024
const fewestFiles = 100_000

/** From this share of the limit on people are warned. */
export const warnShare = 0.8
/** What one that is over its limit may grow by, once it has been started to clean up. */
const graceShare = 0.05

/** `bytes` of 0 is no limit. */
export const diskLimitOf = (bytes: number): DiskLimit | null =>
  bytes === 0 ? null : { bytes, files: Math.max(fewestFiles, Math.ceil(bytes / bytesPerFile)) }

/** 1 at the limit; of room and number of files the worse. What could not be counted has too many files. */
export const shareOf = (use: DiskUse | null, limit: DiskLimit): number =>
  use === null ? Number.POSITIVE_INFINITY : Math.max(use.bytes / limit.bytes, use.files / limit.files)

/** A change of this share of the limit is published at once. */
const publishedShare = 0.02
/** Figures are shown in megabytes: what changes less is not seen. */
const shownBytes = 2 ** 20
const shownShare = 0.01
/** Changes that are only shown, and threaten nothing, are published at most this often: not for each file saved. */
const publishIntervalMs = 30_000

/** Whether disk use differs enough from what was published `sinceMs` ago to be published again. */
export function isWorthPublishing(
  use: DiskUse,
  published: DiskUse | null,
  limit: DiskLimit | null,
  sinceMs: number,
): boolean {
  if (published === null) return true
  if (limit !== null) {
    const [now, then] = [shareOf(use, limit), shareOf(published, limit)]
    if (Math.abs(now - then) >= publishedShare || [warnShare, 1].some((step) => now >= step !== then >= step))
      return true
  }
  return (
    sinceMs >= publishIntervalMs &&
    Math.abs(use.bytes - published.bytes) >= Math.max(shownBytes, published.bytes * shownShare)
  )
}

interface Known {
  readonly incarnation: number
  /** Up to this share its container may go on. */
  readonly allowed: number
}

/**
 * What each running workspace may grow to. One that grows over its limit is stopped; started again, it gets a little more so
 * that somebody can clean up in it, but starting it again and again makes it no larger.
 */
export class Allowances {
  readonly #known = new Map<string, Known>()

  /** Whether a container has to be stopped, whose files take this share of the limit, and took `before` when they were last measured, whoever did. */
  exceeds(id: string, incarnation: number, share: number, before: number): boolean {
    const known = this.#known.get(id)
    if (share <= 1) {
      this.#known.set(id, { incarnation, allowed: 1 })
      return false
    }
    const wasOver = known !== undefined && known.allowed > 1
    if (known?.incarnation !== incarnation && (wasOver || before > 1)) {
      // It was over its limit when it began, so that somebody can clean up.
      this.#known.set(id, { incarnation, allowed: wasOver ? Math.max(known.allowed, share) : share + graceShare })
      return false
    }
    if (wasOver && share <= known.allowed) {
      // Once it can be counted again, it has a bound again.
      if (known.allowed === Number.POSITIVE_INFINITY && share < known.allowed)
        this.#known.set(id, { incarnation, allowed: share + graceShare })
      return false
    }
    if (!wasOver) this.#known.set(id, { incarnation, allowed: share + graceShare })
    return true
  }
}

export function spokenBytes(bytes: number): string {
  const gigabytes = bytes / 2 ** 30
  if (gigabytes >= 1) return `${gigabytes.toFixed(gigabytes >= 100 ? 0 : 1).replace(/\.0$/, '')} GB`
  return `${Math.round(bytes / 2 ** 20)} MB`
}
