import { t } from '@lingui/core/macro'
import type { FileVersion, Writer } from '@arcx/router'

/** Who wrote, in words. */
export function writerIn(by: Writer): string {
  switch (by.kind) {
    case 'person':
      return by.name
    case 'gone':
      return t`somebody who has left`
    case 'program':
      return t`a program`
  }
}

/** How a file came to be as it was: `saved by Ann`. */
export function causeIn({ cause, by }: Pick<FileVersion, 'cause' | 'by'>): string {
  const writer = writerIn(by)
  switch (cause) {
    case 'opened':
      return t`as it was first opened`
    case 'saved':
      return t`saved by ${writer}`
    case 'disk':
      return t`written by ${writer}`
    case 'restored':
      return t`restored by ${writer}`
  }
}
