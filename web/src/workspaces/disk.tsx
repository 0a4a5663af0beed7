import { Trans } from '@lingui/react/macro'
import { HardDrive } from 'lucide-react'
import type { DiskFigures } from '@arcx/router'
import { spokenBytes } from '../interface/bytes.ts'

/** What a workspace keeps on disk, of what it may. */
export function DiskUse({ disk }: { disk: DiskFigures | null }) {
  if (disk === null) return <Trans>not measured yet</Trans>
  const { bytes, limitBytes, nearLimit } = disk
  return (
    <span className={nearLimit ? 'text-bad' : ''}>
      {limitBytes === null ? (
        spokenBytes(bytes)
      ) : (
        <Trans>
          {spokenBytes(bytes)} of {spokenBytes(limitBytes)}
        </Trans>
      )}
    </span>
  )
}

/** What is nearly used up: of its room, or else of the number of its files. Nothing where there is enough. */
export function DiskWarning({ disk }: { disk: DiskFigures | null }) {
  if (disk === null || !disk.nearLimit || disk.limitBytes === null || disk.limitFiles === null) return null
  const ofBytes = disk.bytes / disk.limitBytes
  const percent = Math.round(Math.max(ofBytes, disk.files / disk.limitFiles) * 100)
  return (
    <span className="mt-0.5 flex items-start gap-1.5 text-bad">
      <HardDrive size={14} aria-hidden className="mt-0.5 shrink-0" />
      <span>
        {ofBytes >= disk.files / disk.limitFiles ? (
          <Trans>
            {percent} % of its {spokenBytes(disk.limitBytes)} on disk are used. Delete some files: over the limit it is
            stopped.
          </Trans>
        ) : (
          <Trans>It has {percent} % of as many files as it may. Delete some: over the limit it is stopped.</Trans>
        )}
      </span>
    </span>
  )
}
