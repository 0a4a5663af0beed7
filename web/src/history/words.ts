import type { FileVersion, Writer } from '@arcx/router'

/** Who wrote, in words. */
export function writerIn(by: Writer): string {
  switch (by.kind) {
    case 'person':
      return by.name
    case 'gone':
      return 'somebody who has left'
    case 'program':
      return 'a program'
  }
}

const causes: Readonly<Record<Exclude<FileVersion['cause'], 'opened'>, string>> = { saved: 'saved by', disk: 'written by', restored: 'restored by' }

/** How a file came to be as it was: `saved by Ann`. */
export const causeIn = ({ cause, by }: Pick<FileVersion, 'cause' | 'by'>): string => (cause === 'opened' ? 'as it was first opened' : `${causes[cause]} ${writerIn(by)}`)
